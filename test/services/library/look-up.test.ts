import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findLearning } from '../../../src/db/feedback/feedback.ts';
import { listDueLookups, listLookups } from '../../../src/db/library/library-lookups.ts';
import { listLibrary } from '../../../src/db/library/library-papers.ts';
import { unpackLearned } from '../../../src/domain/ranking/learned-terms.ts';
import { enqueueDueLookups } from '../../../src/services/library/enqueue-lookups.ts';
import { importLibrary } from '../../../src/services/library/import-library.ts';
import { lookUpLibrary } from '../../../src/services/library/look-up.ts';
import { removeFromLibrary } from '../../../src/services/library/remove-library.ts';
import { requestNameLookup } from '../../../src/services/library/request-lookup.ts';
import { createTermStatistics } from '../../../src/services/ranking/term-statistics.ts';
import { openLookupsOn } from '../../sources/support/open-lookups.ts';
import { createTestClock } from '../../support/clock.ts';
import { useDatabase } from '../../support/database.ts';
import {
  createServedPaper,
  type FaultyPaperServer,
  startFaultyPaperServer,
} from '../../support/paper-server.ts';
import { createRecordingQueue } from '../../support/recording-queue.ts';
import { buildPaper, storePapers, storeSubscriber } from '../../support/rows.ts';

const database = useDatabase();
const clock = createTestClock('2026-05-08T08:00:00Z');
const ORCID = '0000-0002-1825-0097';
let server: FaultyPaperServer;
let subscriber: number;

beforeAll(async () => {
  server = await startFaultyPaperServer({ clock });
});
afterAll(() => server.close());
beforeEach(async () => {
  await database.empty();
  clock.set('2026-05-08T08:00:00Z');
  server.fault = null;
  server.faultOf = () => null;
  server.requests.length = 0;
  server.papers = [
    createServedPaper('2605.00001', '2026-05-08', {
      title: 'On the Tides of the Moon',
      abstract: 'Tidal friction slows the Earth.',
      authors: ['Ada Lovelace'],
      doi: '10.1000/tides',
      orcids: [ORCID],
    }),
    createServedPaper('2605.00002', '2026-05-08', {
      title: 'Rivers and Their Kernels',
      abstract: 'Rivers meander.',
      authors: ['Charles Babbage'],
      doi: '10.1000/rivers',
    }),
  ];
  await storePapers(database.db, [
    buildPaper({
      id: '2604.00009',
      title: 'Looms That Weave Algebra',
      abstract: 'Looms weave.',
      authors: ['Ada Lovelace', 'Joseph Jacquard'],
    }),
    buildPaper(),
  ]);
  subscriber = await storeSubscriber(database.db);
});

function deps(stopping = new AbortController().signal) {
  const { db } = database;
  return {
    db,
    clock,
    stopping,
    allowsLookups: true,
    termStatistics: createTermStatistics({ db, clock }),
    librarySources: openLookupsOn(server, clock),
  };
}

const bring = (text: string) => importLibrary(deps(), subscriber, text);
const lookUp = () => lookUpLibrary(deps(), subscriber);
const library = () => listLibrary(database.db, subscriber);
const lookups = () => listLookups(database.db, subscriber);
const terms = async () =>
  unpackLearned((await findLearning(database.db, subscriber))?.learned ?? null).terms.map(
    ({ term }) => term,
  );

describe('lookUpLibrary: papers', () => {
  it('Titles and abstracts are found by arXiv id and DOI, and learned', async () => {
    await bring('2605.00001\n10.1000/rivers\n2605.77777');
    expect(await terms()).toEqual([]);
    await lookUp();
    expect(await library()).toMatchObject([
      { title: '', arxivId: '2605.77777', lookedUpAt: clock() },
      { title: 'Rivers and Their Kernels', abstract: 'Rivers meander.' },
      { title: 'On the Tides of the Moon', abstract: 'Tidal friction slows the Earth.' },
    ]);
    expect(await terms()).toEqual(expect.arrayContaining(['tide', 'river']));
    expect(await lookups()).toMatchObject([{ kind: 'papers', state: 'done', found: 2 }]);
  });

  it('A title of the reader’s own file stays, and gets its abstract', async () => {
    await bring('@misc{a, title={My Tides}, eprint={2605.00001}}');
    await lookUp();
    expect(await library()).toMatchObject([
      { title: 'My Tides', abstract: 'Tidal friction slows the Earth.' },
    ]);
  });

  it('Nothing is asked twice, and nothing about stored papers', async () => {
    await bring('2605.00001\n2604.00009\n2605.77777');
    await lookUp();
    await bring('2605.00002');
    await lookUp();
    await lookUp();
    expect(server.requests.map(({ url }) => url)).toEqual([
      '/api/query?id_list=2605.00001,2605.77777&max_results=2',
      '/api/query?id_list=2605.00002&max_results=1',
    ]);
  });

  it('Hundreds of papers are asked for in batches', async () => {
    const ids = Array.from({ length: 250 }, (_, n) => `2503.${String(n).padStart(5, '0')}`);
    await bring(ids.join('\n'));
    await lookUp();
    expect(server.requests).toHaveLength(3);
    expect((await lookups())[0]).toMatchObject({ state: 'done', found: 0 });
  });

  it('One id that arXiv refuses costs no other paper', async () => {
    server.faultOf = (url) => (url.includes('2605.77777') ? 'wrong' : null);
    await bring('2605.00001\n2605.77777\n2605.00002');
    await lookUp();
    expect((await lookups())[0]).toMatchObject({ state: 'done', found: 2 });
  });

  it('A paper that was removed meanwhile is not brought back', async () => {
    await bring('2605.00001');
    await removeFromLibrary(deps(), subscriber, 'all');
    await lookUp();
    expect(await library()).toEqual([]);
    expect(server.requests).toEqual([]);
  });
});

describe('lookUpLibrary: names', () => {
  it('The works of an ORCID iD join the library with their abstracts', async () => {
    await requestNameLookup(deps(), subscriber, `https://orcid.org/${ORCID}`);
    await lookUp();
    expect(await library()).toMatchObject([
      { title: 'On the Tides of the Moon', abstract: 'Tidal friction slows the Earth.' },
    ]);
    expect(await lookups()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'orcid', query: ORCID, state: 'done', found: 1 }),
        expect.objectContaining({ kind: 'papers', state: 'done', found: 1 }),
      ]),
    );
  });

  it('The papers of an author are found here and at arXiv', async () => {
    await requestNameLookup(deps(), subscriber, ' ada  lovelace ');
    await lookUp();
    expect((await library()).map(({ title }) => title).sort()).toEqual([
      'Looms That Weave Algebra',
      'On the Tides of the Moon',
    ]);
    expect((await lookups())[0]).toMatchObject({ kind: 'author', state: 'done', found: 2 });
  });

  it('An ORCID iD that is not known is given up at once', async () => {
    await requestNameLookup(deps(), subscriber, '0000-0001-5109-3700');
    await lookUp();
    expect((await lookups())[0]).toMatchObject({ kind: 'orcid', state: 'failed' });
  });

  it.each(['', 'Lovelace', '0000-0002-1825-0098', 'x'.repeat(200), 'a b; DROP TABLE'])(
    '“%s” is neither an ORCID iD nor a full name',
    async (text) => {
      await expect(requestNameLookup(deps(), subscriber, text)).rejects.toMatchObject({
        code: 'INVALID_QUERY',
      });
      expect(await lookups()).toEqual([]);
    },
  );

  it('Nothing is looked up for an unconfirmed reader, or where it is not allowed', async () => {
    const pending = await storeSubscriber(database.db, { status: 'pending' });
    await expect(requestNameLookup(deps(), pending, ORCID)).rejects.toMatchObject({
      code: 'NOT_CONFIRMED',
    });
    await expect(
      requestNameLookup({ ...deps(), allowsLookups: false }, subscriber, ORCID),
    ).rejects.toMatchObject({ code: 'LOOKUPS_OFF' });
  });
});

describe('A lookup that fails', () => {
  it('A site that fails is asked again later, and given up after some hours', async () => {
    server.fault = 'broken';
    await bring('2605.00001');
    let attempts = 0;
    for (const end = clock().getTime() + 86_400_000; clock().getTime() < end; ) {
      if ((await listDueLookups(database.db, clock(), 10)).includes(subscriber)) {
        await lookUp();
        attempts += 1;
      }
      clock.advance(5 * 60_000);
    }
    expect(attempts).toBe(7);
    expect((await lookups())[0]).toMatchObject({ state: 'failed', attempts: 7 });
  });

  it('A site that was busy is asked again and succeeds', async () => {
    server.fault = 'busy';
    await bring('2605.00001');
    await lookUp();
    await lookUp();
    expect(server.requests).toHaveLength(1);
    expect((await lookups())[0]).toMatchObject({ state: 'pending', attempts: 1 });
    server.fault = null;
    clock.advance(5 * 60_000);
    await lookUp();
    expect((await lookups())[0]).toMatchObject({ state: 'done', found: 1 });
  });

  it('A lookup that the end of the process interrupts is due at once', async () => {
    server.fault = 'silent';
    await bring('2605.00001');
    const stopping = new AbortController();
    const running = lookUpLibrary(deps(stopping.signal), subscriber);
    await expect.poll(() => server.requests.length).toBe(1);
    stopping.abort(new Error('stopping'));
    await expect(running).rejects.toThrow('stopping');
    expect((await lookups())[0]).toMatchObject({ state: 'pending', attempts: 0 });
    expect(await listDueLookups(database.db, clock(), 10)).toEqual([subscriber]);
  });

  it('Two processes never do the same lookup', async () => {
    await bring('2605.00001');
    await Promise.all([lookUp(), lookUp()]);
    expect(server.requests).toHaveLength(1);
  });
});

describe('enqueueDueLookups', () => {
  it('The sweep enqueues a job for each subscriber with a due lookup', async () => {
    const queue = createRecordingQueue();
    await enqueueDueLookups({ db: database.db, queue, clock });
    await bring('2605.00001');
    await requestNameLookup(deps(), subscriber, ORCID);
    await enqueueDueLookups({ db: database.db, queue, clock });
    await lookUp();
    await enqueueDueLookups({ db: database.db, queue, clock });
    expect(queue.enqueued).toEqual([
      { name: 'library-lookup', data: { subscriberId: subscriber }, id: `library-${subscriber}` },
    ]);
  });
});
