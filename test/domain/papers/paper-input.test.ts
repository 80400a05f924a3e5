import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePaper, toPaperInput } from '../../../src/domain/papers/paper-input.ts';
import { NO_DETAILS } from '../../../src/domain/papers/source-details.ts';
import { catchRefusal } from '../builders.ts';

const FROM = { source: 'file', today: '2026-05-08' };
const LEAST = { title: 'On Testing', abstract: 'We test.' };

const read = (changes: Record<string, unknown> = {}) => parsePaper({ ...LEAST, ...changes }, FROM);

describe('parsePaper', () => {
  it('Title and abstract are required; other fields are empty, and the paper is listed today', () => {
    expect(read({ id: '2605.00001' })).toEqual({
      id: '2605.00001',
      source: 'file',
      ...LEAST,
      authors: [],
      authorCount: null,
      organization: null,
      publishedOn: null,
      listedOn: '2026-05-08',
      usableOn: '2026-05-08',
      upvotes: null,
      comments: null,
      url: null,
      codeUrl: null,
      categories: [],
      details: NO_DETAILS,
    });
  });

  it('Every field is read and cleaned', () => {
    expect(
      read({
        id: 'arXiv:2605.00001v2',
        title: ' On\n<b>Testing</b> ',
        abstract: 'We\u200b test $10^{3}$ times.',
        authors: ['Ada\u0000 Lovelace', ' '],
        author_count: 12,
        organization: ' Analytical\tEngines ',
        published_on: '2026-05-01',
        listed_on: '2026-05-07',
        upvotes: 3,
        comments: 1,
        url: 'HTTPS://Example.org/a b',
        code_url: 'http://example.org',
        categories: [' cs.CL', 'cs.LG', 'cs.CL', ''],
        summary: ' It <b>counts</b>. ',
        summary_by: 'Hugging Face ',
        keywords: ['state  space', 'state space', ' '],
        project_url: 'https://example.org/project',
        code_stars: 1204,
        venue: 'ICML\n2026',
        doi: 'https://doi.org/10.1103/PhysRevD.76.013009',
      }),
    ).toEqual({
      id: '2605.00001',
      source: 'file',
      title: 'On Testing',
      abstract: 'We test 10³ times.',
      authors: ['Ada Lovelace'],
      authorCount: 12,
      organization: 'Analytical Engines',
      publishedOn: '2026-05-01',
      listedOn: '2026-05-07',
      usableOn: '2026-05-07',
      upvotes: 3,
      comments: 1,
      url: 'https://example.org/a%20b',
      codeUrl: 'http://example.org/',
      categories: ['cs.CL', 'cs.LG'],
      details: {
        summary: { text: 'It counts.', by: 'Hugging Face' },
        keywords: ['state space'],
        projectUrl: 'https://example.org/project',
        codeStars: 1204,
        venue: 'ICML 2026',
        doi: '10.1103/physrevd.76.013009',
      },
    });
  });

  it('Null means absent', () => {
    const optional = [
      ...['id', 'authors', 'author_count', 'organization', 'published_on', 'listed_on'],
      ...['upvotes', 'comments', 'url', 'code_url', 'categories'],
      ...['summary', 'summary_by', 'keywords', 'project_url', 'code_stars', 'venue', 'doi'],
    ];
    expect(read(Object.fromEntries(optional.map((name) => [name, null])))).toEqual(read());
  });

  it('The authors are counted if no count is given', () => {
    expect(read({ authors: ['A', 'B'] }).authorCount).toBe(2);
    expect(read({ authors: ['A', 'B'], author_count: 9 }).authorCount).toBe(9);
    expect(read({ authors: [] }).authorCount).toBeNull();
  });

  it('Unknown fields are ignored', () => {
    expect(read({ usable_on: '1999-01-01', topics: ['x'], constructor: 'y' })).toEqual(read());
  });

  it('A paper without an id is identified by its title', () => {
    expect(read({ title: 'On testing!' }).id).toBe(read().id);
    expect(read().id).toMatch(/^file:[0-9a-f]{16}$/);
  });

  it('The code link comes from the abstract if no field has one', () => {
    const abstract = 'We deliver. Code: https://github.com/a/b.';
    const codeUrlOf = (more: object) => parsePaper({ title: 'T', abstract, ...more }, FROM).codeUrl;
    expect(codeUrlOf({})).toBe('https://github.com/a/b');
    expect(codeUrlOf({ code_url: 'https://example.org/' })).toBe('https://example.org/');
  });

  it.each([
    [null, 'null is not a paper: expected an object with title and abstract.'],
    [[LEAST], 'is not a paper'],
    ['text', '"text" is not a paper'],
    [{}, 'title is missing'],
    [{ title: 'x' }, 'abstract is missing'],
    [{ ...LEAST, title: ' \u200b ' }, 'title is'],
  ])('The entry %j is refused', (entry, message) => {
    const refusal = catchRefusal(() => parsePaper(entry, FROM));
    expect(refusal?.code).toBe('INVALID_PAPER');
    expect(refusal?.message).toContain(message);
  });

  it('A summary without its author is refused, and left out of a source’s entry', () => {
    const refusal = catchRefusal(() => read({ summary: 'It counts.' }));
    expect(refusal?.message).toBe('summary_by is missing: expected who wrote the summary.');
    const entry = { title: 'T', abstract: 'A.', summary: 'It counts.' };
    expect(parsePaper(entry, { ...FROM, isLenient: true }).details.summary).toBeNull();
  });

  it.each([
    ['title', 7, '7: expected a text of 1 to 1000 characters.'],
    ['title', 'x'.repeat(1001), 'expected a text of 1 to 1000 characters.'],
    ['abstract', '', '"": expected a text of 1 to 20000 characters.'],
    ['id', 'x'.repeat(201), 'expected a text of 1 to 200 characters.'],
    ['id', 'x'.repeat(200), 'expected at most 200 characters with the source.'],
    ['id', '論'.repeat(100), 'expected at most 600 characters with the source in a URL'],
    ['authors', 'Ada', '"Ada": expected a list of at most 5000 names of at most 1000 characters.'],
    ['authors', [1], 'expected a list of at most 5000 names of at most 1000 characters.'],
    ['author_count', 1.5, '1.5: expected a whole number from 0 on.'],
    ['author_count', -1, '-1: expected a whole number from 0 on.'],
    ['organization', {}, '{}: expected a text of 1 to 300 characters.'],
    ['published_on', '2026-02-30', '"2026-02-30": expected a day such as 2026-05-08.'],
    ['listed_on', '8 May 2026', '"8 May 2026": expected a day such as 2026-05-08.'],
    ['upvotes', '3', '"3": expected a whole number from 0 on.'],
    ['comments', 3e9, '3000000000: expected a whole number from 0 on.'],
    ['url', 'javascript:alert(1)', 'expected an http or https address'],
    ['url', '//example.org', 'expected an http or https address'],
    ['url', 'https://', 'expected an http or https address'],
    ['url', `https://example.org/${'é'.repeat(300)}`, 'of at most 800 characters.'],
    ['categories', 'cs.CL', '"cs.CL": expected a list of at most 20 categories'],
    ['categories', ['x'.repeat(101)], 'of at most 100 characters, the primary one first.'],
    ['keywords', 'a', '"a": expected a list of at most 20 keywords of at most 80 characters.'],
    ['project_url', 'javascript:x', 'expected an http or https address'],
    ['code_stars', '12', '"12": expected a whole number from 0 on.'],
    ['venue', 'x'.repeat(201), 'expected a text of 1 to 200 characters.'],
    ['doi', 'ICML', '"ICML": expected a DOI such as 10.1103/PhysRevD.76.013009.'],
    ['code_url', 'data:text/html,x', '"data:text/html,x": expected an http or https address'],
  ])('The error for an invalid %s says what was expected (%#)', (name, value, message) => {
    const refusal = catchRefusal(() => read({ [name]: value }));
    expect(refusal?.message).toContain(`${name} is `);
    expect(refusal?.message).toContain(message);
  });
});

describe('toPaperInput', () => {
  it('Unknown fields are not written', () => {
    expect(Object.keys(toPaperInput(read()))).toEqual([
      ...['id', 'title', 'abstract', 'authors', 'listed_on'],
    ]);
  });

  it('A written paper parses to the same paper', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.string({ unit: fc.constantFrom(...'\\{}$^_&;<>abtimes 12'), maxLength: 30 }),
    );
    const day = fc
      .integer({ min: 0, max: 20_000 })
      .map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10));
    const entry = fc.record(
      {
        title: text.map((words) => `T ${words}`),
        abstract: text.map((words) => `We ${words}`),
        id: fc.oneof(
          fc.constantFrom('2605.00001v3', 'hep-ex/0307015', 'file:7', 'acl:2024.1'),
          text.map((words) => `x${words}`),
        ),
        authors: fc.array(text, { maxLength: 4 }),
        author_count: fc.option(fc.nat(100)),
        organization: fc.constantFrom(null, 'Tencent', 'AT&T'),
        published_on: fc.option(day),
        listed_on: day,
        upvotes: fc.nat(1e6),
        comments: fc.nat(1e6),
        url: fc.webUrl({ withQueryParameters: true, withFragments: true }),
        code_url: fc.constantFrom(
          null,
          'https://example.org/ü?q=a b#c',
          `https://example.org/${'é'.repeat(130)}`,
        ),
        categories: fc.array(text, { maxLength: 4 }),
        keywords: fc.array(text, { maxLength: 4 }),
        project_url: fc.option(fc.webUrl()),
        code_stars: fc.option(fc.nat(1e6)),
        venue: fc.constantFrom(null, 'ICML 2026', 'Phys. Rev. D 76'),
        doi: fc.constantFrom(null, '10.1103/PhysRevD.76.013009'),
      },
      { requiredKeys: ['title', 'abstract'] },
    );
    fc.assert(
      fc.property(entry, (raw) => {
        const once = parsePaper(raw, FROM);
        const { source } = once;
        expect(parsePaper(toPaperInput(once), { source, today: '1999-01-01' })).toEqual(once);
        const sent = JSON.parse(JSON.stringify(toPaperInput(once)));
        expect(parsePaper(sent, { source, today: '1999-01-01' })).toEqual(once);
      }),
      { numRuns: 500 },
    );
  });
});
