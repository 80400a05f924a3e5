import { describe, expect, it } from 'vitest';
import { hasTooManyCells, toCsvEntry } from '../../../src/domain/library/csv-row.ts';
import type { ParsedEntry } from '../../../src/domain/library/library-entry.ts';
import { parseBibtex } from '../../../src/domain/library/parse-bibtex.ts';
import { parseJsonLibrary } from '../../../src/domain/library/parse-json-library.ts';
import { parseList } from '../../../src/domain/library/parse-list.ts';
import { parseRis } from '../../../src/domain/library/parse-ris.ts';
import { iterateLines } from '../../../src/domain/library/text-lines.ts';

function titles(entries: Iterable<ParsedEntry>): string[] {
  return [...entries].map((entry) => (entry === 'unreadable' ? 'unreadable' : entry.title));
}

function first(entries: Iterable<ParsedEntry>) {
  const [entry] = entries;
  if (entry === undefined || entry === 'unreadable') throw new Error('There is no entry.');
  return entry;
}

describe('parseBibtex', () => {
  it('Values in braces, quotes, numbers and abbreviations are read and joined', () => {
    const text = `@string{nips = "Advances in {NeurIPS}"}
      @inproceedings{a, title = "Deep {R}esidual " # {Learning}, journal = nips # " 30", year = 2016}`;
    expect(first(parseBibtex(text))).toMatchObject({ title: 'Deep {R}esidual Learning' });
    expect(first(parseBibtex(text)).mentions).toContain('Advances in {NeurIPS} 30');
  });

  it('Names of fields and types have any case, and keys may be missing', () => {
    expect(titles(parseBibtex('@ARTICLE{, TITLE={One}}\n@Misc(b, Title={Two})'))).toEqual([
      'One',
      'Two',
    ]);
  });

  it('Comments, preambles and the text between entries are no entries', () => {
    const text =
      'Exported by me@host (2020).\n@comment{x, title={No}}\n@preamble{"\\foo"}\n@misc{a, title={Yes}}';
    expect(titles(parseBibtex(text)).filter((title) => title !== 'unreadable')).toEqual(['Yes']);
    expect(titles(parseBibtex(text))).toHaveLength(1);
  });

  it('A broken entry is unreadable and the next one is read', () => {
    const text = `@article{a, title = {Unclosed {brace}, year = 2020
@article{b, title = "Never closed}
@article{c, title = {Fine}}`;
    expect(titles(parseBibtex(text))).toEqual(['unreadable', 'unreadable', 'Fine']);
  });

  it('Abbreviations of abbreviations do not grow beyond an entry', () => {
    const repeat = (name: string) => Array(1000).fill(name).join(' # ');
    const text = `@string{a = "${'x'.repeat(1000)}"}
@string{b = ${repeat('a')}}
@string{c = ${repeat('b')}}
@string{d = ${repeat('c')}}
@article{k, title = d}`;
    expect(first(parseBibtex(text)).title).toHaveLength(64 * 1024);
  });

  it('An e-print of another archive is no arXiv id', () => {
    const text = '@misc{a, title={T}, eprint={1706.03762}, archivePrefix={PubMed}}';
    expect(first(parseBibtex(text)).mentions).not.toContain('1706.03762');
  });

  it('Mendeley’s field arxivId is read', () => {
    expect(first(parseBibtex('@misc{a, arxivId = {1706.03762}}')).mentions).toContain('1706.03762');
  });
});

describe('parseRis', () => {
  it('Records with the tags of Zotero, Mendeley and PubMed are read', () => {
    const text = [
      'TY  - JOUR\r\nTI  - One\r\nAB  - First line\r\nsecond line\r\nDO  - 10.1/x\r\nER  - \r\n',
      'TY  - JOUR\nT1  - Two\nN2  - Abstract\nER  -',
      'PMID- 1\nTI  - Three on\n      two lines\nAID - S1 [pii]\nAID - 10.1234/pub [doi]',
    ].join('\n');
    const entries = [...parseRis(text)];
    expect(titles(entries)).toEqual(['One', 'Two', 'Three on two lines']);
    expect(entries).toMatchObject([
      { abstract: 'First line second line', doi: '10.1/x' },
      { abstract: 'Abstract' },
      { doi: '10.1234/pub [doi]' },
    ]);
  });

  it('A record without its end is read too, and text before the first is skipped', () => {
    expect(titles(parseRis('Provider: x\nTI  - Lost\nTY  - JOUR\nTI  - One'))).toEqual(['One']);
  });
});

describe('parseJsonLibrary', () => {
  it('CSL-JSON, Better BibTeX JSON and the JSON of Zotero and Mendeley are read', () => {
    const csl = [{ id: 'a', title: 'One', abstract: 'A', DOI: '10.1/x', URL: 'u', note: 'n' }];
    const betterBibtex = { items: [{ itemType: 'preprint', title: 'Two', abstractNote: 'B' }] };
    const zotero = [{ key: 'k', data: { itemType: 'book', title: 'Three', extra: 'arXiv: 1' } }];
    const mendeley = [{ title: 'Four', identifiers: { arxiv: '1706.03762', doi: '10.1/y' } }];
    expect(first(parseJsonLibrary(JSON.stringify(csl)))).toMatchObject({
      title: 'One',
      abstract: 'A',
      doi: '10.1/x',
      mentions: ['u', 'n', 'a'],
    });
    expect(first(parseJsonLibrary(JSON.stringify(betterBibtex))).abstract).toBe('B');
    expect(first(parseJsonLibrary(JSON.stringify(zotero))).mentions).toContain('arXiv: 1');
    expect(first(parseJsonLibrary(JSON.stringify(mendeley)))).toMatchObject({
      doi: '10.1/y',
      mentions: ['1706.03762'],
    });
  });

  it('Attachments and notes are left out, and what is no item is unreadable', () => {
    const items = [{ itemType: 'attachment', title: 'PDF' }, { itemType: 'note' }, 7, null];
    expect(titles(parseJsonLibrary(JSON.stringify(items)))).toEqual(['unreadable', 'unreadable']);
  });

  it.each([
    ['broken JSON', '[{"title": '],
    ['deep nesting', '['.repeat(100_000)],
    ['a list of lists', '[[7]]'],
  ])('%s is unreadable', (_what, text) => {
    expect(titles(parseJsonLibrary(text))).toEqual(['unreadable']);
  });

  it('Brackets inside texts are not nesting', () => {
    const title = `${'['.repeat(100)}" \\ {`;
    expect(titles(parseJsonLibrary(JSON.stringify([{ title }])))).toEqual([title]);
  });
});

describe('parseList', () => {
  it('Each line is an id, a link or a title', () => {
    const lines = [
      '1706.03762',
      '- https://doi.org/10.1234/x',
      '2. “GPT-4 Technical Report”',
      '',
      'https://example.org/paper',
      'x'.repeat(2000),
    ];
    const entries = [...parseList(lines.join('\r\n'))];
    expect(entries).toMatchObject([
      { title: '', mentions: ['1706.03762'] },
      { title: '', mentions: ['https://doi.org/10.1234/x'] },
      { title: 'GPT-4 Technical Report' },
      'unreadable',
      'unreadable',
    ]);
  });
});

describe('toCsvEntry', () => {
  it('The columns of Zotero and other programs are read', () => {
    const columns = ['item type', 'title', 'doi', 'url', 'abstract note', 'extra'];
    expect(toCsvEntry(columns, ['preprint', 'T', '10.1/x', 'u', 'A', 'arXiv:1'])).toEqual({
      title: 'T',
      abstract: 'A',
      doi: '10.1/x',
      mentions: ['u', 'arXiv:1'],
    });
    expect(toCsvEntry(['title', 'abstract'], ['T'])).toMatchObject({ title: 'T', abstract: '' });
    expect(toCsvEntry(columns, ['attachment', 'PDF'])).toBeNull();
  });

  it('A line with thousands of cells is no table of papers', () => {
    expect(hasTooManyCells(`title,doi\n${','.repeat(2001)}`, ',')).toBe(true);
    expect(hasTooManyCells('a,b\n'.repeat(5000), ',')).toBe(false);
  });
});

describe('iterateLines', () => {
  it('Lines end in any way, and those after the first 50,000 are not read', () => {
    expect([...iterateLines('a\r\nb\rc\nd')]).toEqual(['a', 'b', 'c', 'd']);
    expect([...iterateLines('\n'.repeat(60_000))]).toHaveLength(50_000);
  });
});
