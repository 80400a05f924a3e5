import { describe, expect, it } from 'vitest';
import { citationFileName, formatBibtex, formatRis } from '../../../src/domain/papers/citation.ts';
import { buildTopicPaper } from '../builders.ts';

const URL = 'https://arxiv.org/abs/2605.10001';

const fields = (bibtex: string) =>
  new Map(
    [...bibtex.matchAll(/^ {2}(\w+) = \{(.*)\},$/gm)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );

describe('formatBibtex', () => {
  it('A paper becomes an entry that BibTeX reads', () => {
    const made = formatBibtex(
      buildTopicPaper(1, {
        id: '2605.10001',
        title: 'SWAN: Stateless Training',
        abstract: 'We train.',
        authors: ['Ada Lovelace', 'Ludwig van Beethoven'],
        publishedOn: '2026-05-08',
      }),
      URL,
    );
    expect(made).toBe(`@misc{lovelace2026swan,
  title = {{SWAN: Stateless Training}},
  author = {Ada Lovelace and Ludwig van Beethoven},
  year = {2026},
  month = {5},
  eprint = {2605.10001},
  archiveprefix = {arXiv},
  url = {${URL}},
  abstract = {We train.},
}
`);
  });

  it('A paper that is identified by its DOI is cited with it', () => {
    const paper = buildTopicPaper(1, { id: 'doi:10.1101/2026.05.01_a' });
    expect(fields(formatBibtex(paper, URL)).get('doi')).toBe('10.1101/2026.05.01\\_a');
    expect(formatRis(paper, URL)).toContain('\r\nDO  - 10.1101/2026.05.01_a\r\n');
  });

  it('TeX’s special characters are escaped', () => {
    const made = fields(
      formatBibtex(buildTopicPaper(1, { title: '\\ { } $ & # % _ ^ ~ <é>' }), URL),
    );
    expect(made.get('title')).toBe(
      '{\\textbackslash{} \\{ \\} \\$ \\& \\# \\% \\_ \\textasciicircum{} \\textasciitilde{} <é>}',
    );
  });

  it('The braces of an entry are balanced, whatever the paper contains', () => {
    const hostile = '}, note = {x} \\{ }}} {{';
    const made = formatBibtex(
      buildTopicPaper(1, {
        id: `a:}${hostile}`,
        title: hostile,
        abstract: hostile,
        authors: [hostile],
      }),
      `https://x.y/${hostile}`,
    );
    const bare = made.replace(/\\[{}]/g, '').replace(/^@misc\{[^,]*,/, '{');
    let depth = 0;
    for (const [at, character] of [...bare].entries()) {
      if (character === '{') depth += 1;
      if (character === '}') depth -= 1;
      if (at < bare.trimEnd().length - 1) expect(depth).toBeGreaterThan(0);
    }
    expect(depth).toBe(0);
    expect(made).toMatch(/^@misc\{[\w.:/-]+,$/m);
  });

  it('A name that BibTeX would split is kept whole', () => {
    const made = fields(
      formatBibtex(buildTopicPaper(1, { authors: ['Rock and Roll', 'Doe, Jr', 'Ada'] }), URL),
    );
    expect(made.get('author')).toBe('{Rock and Roll} and {Doe, Jr} and Ada');
  });

  it('Unknown fields are left out, and the id replaces the key', () => {
    const made = formatBibtex(
      buildTopicPaper(1, { id: 'acl:2024.1', authors: [], publishedOn: null }),
      URL,
    );
    expect(made).toMatch(/^@misc\{acl:2024\.1,/);
    expect([...fields(made).keys()]).toEqual(['title', 'url', 'abstract']);
  });
});

describe('formatRis', () => {
  it('An RIS record has family names first and CRLF line ends', () => {
    const made = formatRis(
      buildTopicPaper(1, {
        id: '2605.10001',
        title: 'SWAN',
        abstract: 'One.\nTwo.',
        authors: [
          'Ada Lovelace',
          'Ludwig van Beethoven',
          'Plato',
          'Doe, Jane',
          'Martin King Jr.',
          'ATLAS Collaboration',
        ],
        organization: 'Tencent',
        publishedOn: '2026-05-08',
      }),
      URL,
    );
    expect(made.split('\r\n')).toEqual([
      'TY  - UNPB',
      'ID  - 2605.10001',
      'TI  - SWAN',
      'AU  - Lovelace, Ada',
      'AU  - van Beethoven, Ludwig',
      'AU  - Plato',
      'AU  - Doe, Jane',
      'AU  - King, Martin, Jr.',
      'AU  - ATLAS Collaboration',
      'PB  - Tencent',
      'PY  - 2026',
      'DA  - 2026/05/08/',
      'AB  - One. Two.',
      `UR  - ${URL}`,
      'ER  - ',
      '',
    ]);
  });

  it('No text can end an RIS record', () => {
    const made = formatRis(
      buildTopicPaper(1, { title: 'A\r\nER  - \r\nTY  - BOOK', authors: [] }),
      URL,
    );
    expect(made.match(/^ER {2}- $/gm)).toHaveLength(1);
    expect(made.match(/^TY {2}- /gm)).toHaveLength(1);
  });
});

describe('citationFileName', () => {
  it('The file name is valid in a header and in every file system', () => {
    expect(citationFileName('hep-ex/0307015', 'bib')).toBe('hep-ex-0307015.bib');
    expect(citationFileName('file:"a\r\nb"', 'ris')).toBe('file-a-b-.ris');
  });
});
