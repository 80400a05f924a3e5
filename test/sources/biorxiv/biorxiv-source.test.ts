import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { NO_DETAILS } from '../../../src/domain/papers/source-details.ts';
import { parseBiorxivEntry } from '../../../src/sources/biorxiv/biorxiv-entry.ts';
import { createTestClock, FRIDAY } from '../../support/clock.ts';
import {
  createServedPaper,
  type ServedPaper,
  startFaultyPaperServer,
} from '../../support/paper-server.ts';
import { fetchList, openSourceOn, paperIdsOf } from '../support/open-source.ts';

const clock = createTestClock(`${FRIDAY}T18:00:00Z`);
const server = await startFaultyPaperServer({ clock });
afterAll(() => server.close());
beforeEach(() => {
  server.fault = null;
  server.papers = [];
  server.requests.length = 0;
});

const open = (name = 'biorxiv') => openSourceOn(server, clock, name);

function preprint(number: number, changes: Partial<ServedPaper> = {}, category = 'cell biology') {
  return createServedPaper(`2026.05.08.${number}`, FRIDAY, {
    preprint: { server: 'biorxiv', category, postedOn: FRIDAY },
    ...changes,
  });
}

describe('The API of bioRxiv and medRxiv', () => {
  it('A list has the preprints of a day, by DOI, usable the next day; newer versions are revisions', async () => {
    server.papers = [
      preprint(1, { title: 'On <i>E. coli</i>', organization: 'Analytical Engines' }),
      preprint(2, { version: 3 }),
    ];
    const fetched = await fetchList(open(), clock, { day: FRIDAY });
    expect(fetched).toMatchObject({ day: FRIDAY, rejected: [], validators: null });
    expect(fetched.papers).toEqual([
      {
        id: 'doi:10.1101/2026.05.08.1',
        source: 'biorxiv',
        title: 'On E. coli',
        abstract: 'We present a paper.',
        authors: ['A. Lovelace', 'C. Babbage'],
        authorCount: 2,
        organization: 'Analytical Engines',
        publishedOn: FRIDAY,
        listedOn: FRIDAY,
        usableOn: '2026-05-09',
        upvotes: null,
        comments: null,
        url: 'https://www.biorxiv.org/content/10.1101/2026.05.08.1',
        codeUrl: null,
        categories: ['biorxiv:cell-biology'],
        details: NO_DETAILS,
      },
    ]);
    expect(fetched.revisions.map(({ id }) => id)).toEqual(['doi:10.1101/2026.05.08.2']);
    expect(server.requests.map(({ url }) => url)).toEqual([
      `/details/biorxiv/${FRIDAY}/${FRIDAY}/0/json`,
    ]);
  });

  it('All pages of a day are read, and only the categories that the source names', async () => {
    server.papers = Array.from({ length: 230 }, (_, number) =>
      preprint(number, {}, number % 2 === 0 ? 'Neuroscience' : 'ecology'),
    );
    expect((await fetchList(open(), clock, { day: FRIDAY })).papers).toHaveLength(230);
    expect(server.requests.map(({ url }) => url.split('/').at(-2))).toEqual(['0', '100', '200']);
    const some = await fetchList(open('biorxiv:neuroscience'), clock, { day: FRIDAY });
    expect(some.papers).toHaveLength(115);
  });

  it('medRxiv is another list of the same API', async () => {
    const posted = { server: 'medrxiv', category: 'hiv aids', postedOn: FRIDAY } as const;
    server.papers = [preprint(1), preprint(2, { preprint: posted })];
    const fetched = await fetchList(open('medrxiv:hiv-aids'), clock, { day: FRIDAY });
    expect(paperIdsOf(fetched)).toEqual(['doi:10.1101/2026.05.08.2']);
    expect(fetched.papers[0]).toMatchObject({
      source: 'medrxiv',
      categories: ['medrxiv:hiv-aids'],
    });
  });

  it('Without a day the newest list of the last days is fetched', async () => {
    const posted = { server: 'biorxiv', category: 'ecology', postedOn: '2026-05-06' } as const;
    server.papers = [preprint(1, { preprint: posted })];
    expect(await fetchList(open(), clock)).toMatchObject({ day: '2026-05-06', papers: [{}] });
    server.papers = [];
    expect(await fetchList(open(), clock)).toMatchObject({ day: '2026-05-04', papers: [] });
  });

  it('A list of tomorrow is refused without a request', async () => {
    await expect(fetchList(open(), clock, { day: '2026-05-09' })).rejects.toMatchObject({
      code: 'NO_SUCH_DAY',
    });
    expect(server.requests).toEqual([]);
  });

  it.each([
    ['busy', 'SOURCE_BUSY'],
    ['broken', 'SOURCE_UNREACHABLE'],
    ['truncated', 'SOURCE_UNREACHABLE'],
    ['errorAsJson', 'SOURCE_UNREADABLE'],
    ['errorAsPage', 'SOURCE_UNREADABLE'],
    ['nested', 'SOURCE_UNREADABLE'],
    ['millions', 'SOURCE_UNREADABLE'],
    ['empty', 'SOURCE_UNREADABLE'],
    ['huge', 'SOURCE_UNREADABLE'],
  ] as const)('A server that is %s gives the error %s', async (fault, code) => {
    server.fault = fault;
    await expect(fetchList(open(), clock, { day: FRIDAY })).rejects.toMatchObject({ code });
  });
});

describe('parseBiorxivEntry', () => {
  const ENTRY = {
    doi: '10.1101/2026.05.08.1',
    title: 'On cells',
    abstract: 'Cells divide.',
    authors: 'Lovelace, A. K.; The Cell Consortium; ',
    category: 'Cell Biology',
    version: '2',
  };
  const parse = (changes: object) =>
    parseBiorxivEntry({ ...ENTRY, ...changes }, { server: 'biorxiv', day: FRIDAY });

  it('Authors may be consortia, and the version is that of the entry', () => {
    expect(parse({})).toMatchObject({
      version: 2,
      category: 'cell-biology',
      paper: { authors: ['A. K. Lovelace', 'The Cell Consortium'] },
    });
  });

  it('Marks of the article’s XML leave the abstract', () => {
    const abstract =
      'O_ST_ABSBackgroundC_ST_ABSWe use O_SCPLOWdC_SCPLOW-glucose. O_LIOneC_LIO_LITwoC_LI O_FIG O_LINKSMALLFIG WIDTH=200 C_FIG End.';
    expect(parse({ abstract }).paper.abstract).toBe('Background: We use d-glucose. One Two End.');
  });

  it('An abstract of a million marks without an end is read within moments', () => {
    const abstract = `Cells. ${'O_FIG '.repeat(1_000_000)}`;
    expect(parse({ abstract }).paper.abstract).toMatch(/^Cells\./);
  });

  it.each([
    { title: 'WITHDRAWN: On cells' },
    { abstract: 'The authors have withdrawn this manuscript owing to an error.' },
    { abstract: 'This article has been withdrawn.' },
  ])('A withdrawn preprint is marked (%j)', (changes) => {
    expect(parse(changes).paper).toMatchObject({ title: 'On cells', withdrawnOn: FRIDAY });
  });

  it.each([
    [{ doi: 'none' }, 'doi is “none”: expected one such as 10.1101/2026.05.01.123456.'],
    [{ title: 7 }, 'title is missing'],
    [{ abstract: null }, 'abstract is missing'],
  ])('An invalid entry is refused with what was expected (%j)', (changes, message) => {
    expect(() => parse(changes)).toThrow(message);
    expect(() => parseBiorxivEntry(null, { server: 'biorxiv', day: FRIDAY })).toThrow('doi is');
  });
});
