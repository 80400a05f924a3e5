import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../support/clock.ts';
import {
  createServedPaper,
  type FaultName,
  type FaultyPaperServer,
  startFaultyPaperServer,
} from '../../support/paper-server.ts';
import { openLookupsOn } from '../support/open-lookups.ts';

const clock = createTestClock('2026-05-08T12:00:00Z');
const ORCID = '0000-0002-1825-0097';
const { signal } = new AbortController();
let server: FaultyPaperServer;

beforeAll(async () => {
  server = await startFaultyPaperServer({ clock });
});
afterAll(() => server.close());
beforeEach(() => {
  server.fault = null;
  server.requests.length = 0;
  server.papers = [
    createServedPaper('2605.00001', '2026-05-08', {
      title: 'On the {Tides}',
      abstract: 'Tides & moons.',
      authors: ['Ada Lovelace'],
      doi: '10.1000/Tides',
      orcids: [ORCID],
    }),
    createServedPaper('2605.00002', '2026-05-08', { authors: ['William King Lovelace'] }),
  ];
});

const lookups = () => openLookupsOn(server, clock);

describe('findByArxivIds', () => {
  it('arXiv gives title and abstract by id, in one request', async () => {
    const found = await lookups().findByArxivIds(
      ['2605.00001', '2605.00002', '2605.99999'],
      signal,
    );
    expect(found).toMatchObject([
      { title: 'On the Tides', abstract: 'Tides & moons.', arxivId: '2605.00001' },
      { arxivId: '2605.00002' },
    ]);
    expect(server.requests.map(({ url }) => url)).toEqual([
      '/api/query?id_list=2605.00001,2605.00002,2605.99999&max_results=3',
    ]);
    expect(server.requests[0]?.headers['user-agent']).toContain('Paperboy/');
  });
});

describe('findByAuthor', () => {
  it('arXiv’s papers by an author are those with the whole name', async () => {
    const found = await lookups().findByAuthor('ada LOVELACE', 50, signal);
    expect(found.map(({ arxivId }) => arxivId)).toEqual(['2605.00001']);
  });
});

describe('findByDois', () => {
  it('Crossref gives title and abstract by DOI, whatever its case', async () => {
    const found = await lookups().findByDois(['10.1000/tides', '10.1000/none'], signal);
    expect(found).toEqual([
      {
        title: 'On the Tides',
        abstract: 'Tides & moons.',
        arxivId: null,
        doi: '10.1000/tides',
      },
    ]);
  });

  it('A DOI with a comma cannot be asked for', async () => {
    expect(await lookups().findByDois(['10.1000/a,b'], signal)).toEqual([]);
    expect(server.requests).toEqual([]);
  });
});

describe('findByOrcid', () => {
  it('ORCID gives titles and ids of an iD’s works', async () => {
    expect(await lookups().findByOrcid(ORCID, 50, signal)).toEqual([
      { title: 'On the Tides', abstract: '', arxivId: '2605.00001', doi: '10.1000/tides' },
    ]);
    expect(server.requests.map(({ url }) => url)).toEqual([`/v3.0/${ORCID}/works`]);
  });

  it('An unknown iD is an error with the status 404', async () => {
    await expect(lookups().findByOrcid('0000-0001-5109-3700', 50, signal)).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      status: 404,
    });
  });
});

describe('A site that fails', () => {
  it.each<FaultName>(['busy', 'broken', 'errorAsPage', 'empty', 'cutOff', 'endless', 'binary'])(
    'The fault “%s” is a source error of every lookup',
    async (fault) => {
      server.fault = fault;
      const expected = { code: expect.stringMatching(/^SOURCE_/) };
      await expect(lookups().findByArxivIds(['2605.00001'], signal)).rejects.toMatchObject(
        expected,
      );
      await expect(lookups().findByAuthor('Ada Lovelace', 5, signal)).rejects.toMatchObject(
        expected,
      );
      await expect(lookups().findByDois(['10.1000/x'], signal)).rejects.toMatchObject(expected);
      await expect(lookups().findByOrcid(ORCID, 5, signal)).rejects.toMatchObject(expected);
    },
  );

  it('JSON of another form is nothing found', async () => {
    server.fault = 'nested';
    expect(await lookups().findByOrcid(ORCID, 5, signal)).toEqual([]);
    server.fault = 'errorAsJson';
    expect(await lookups().findByDois(['10.1000/x'], signal)).toEqual([]);
  });
});
