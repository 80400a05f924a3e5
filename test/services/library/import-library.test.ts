import { beforeEach, describe, expect, it } from 'vitest';
import { findLearning } from '../../../src/db/feedback/feedback.ts';
import { listLookups } from '../../../src/db/library/library-lookups.ts';
import { listLibrary } from '../../../src/db/library/library-papers.ts';
import { updateStatus } from '../../../src/db/subscribers/subscribers.ts';
import { unpackLearned } from '../../../src/domain/ranking/learned-terms.ts';
import { giveFeedback } from '../../../src/services/feedback/give-feedback.ts';
import { forgetLearned, listLearned } from '../../../src/services/feedback/learned-terms.ts';
import { importLibrary } from '../../../src/services/library/import-library.ts';
import { refreshLibraries } from '../../../src/services/library/refresh-libraries.ts';
import {
  removeAbandonedLibraries,
  removeFromLibrary,
} from '../../../src/services/library/remove-library.ts';
import { createTermStatistics } from '../../../src/services/ranking/term-statistics.ts';
import { createTestClock } from '../../support/clock.ts';
import { useDatabase } from '../../support/database.ts';
import { buildPaper, storePapers, storeSubscriber } from '../../support/rows.ts';

const database = useDatabase();
const clock = createTestClock('2026-05-08T08:00:00Z');
const MAMBA = buildPaper({
  id: '2312.00752',
  title: 'Mamba: Linear-Time Sequence Modeling',
  abstract: 'Selective state spaces.',
});
const FOLDING = buildPaper({
  id: 'doi:10.1101/2026.05.01.123456',
  title: 'Folding Proteins with Diffusion',
  abstract: 'Proteins fold.',
});
const RIVERS = buildPaper({ title: 'Kernels for Rivers and Lakes', abstract: 'Rivers.' });
let subscriber: number;

beforeEach(async () => {
  await database.empty();
  clock.set('2026-05-08T08:00:00Z');
  await storePapers(database.db, [MAMBA, FOLDING, RIVERS, buildPaper(), buildPaper()]);
  subscriber = await storeSubscriber(database.db);
});

function deps(allowsLookups = true) {
  const { db } = database;
  return { db, clock, allowsLookups, termStatistics: createTermStatistics({ db, clock }) };
}

const bring = (text: string, allowsLookups = true) =>
  importLibrary(deps(allowsLookups), subscriber, text);
const library = () => listLibrary(database.db, subscriber);
const learned = async () =>
  unpackLearned((await findLearning(database.db, subscriber))?.learned ?? null);
const terms = async () => (await learned()).terms.map(({ term }) => term);

describe('importLibrary', () => {
  it('Stored papers are recognised by arXiv id, DOI and title, and teach with their abstracts', async () => {
    const report = await bring(
      [
        'arXiv:2312.00752v2',
        'https://www.biorxiv.org/content/10.1101/2026.05.01.123456v1',
        'kernels for rivers & lakes?',
        'KERNELS FOR RIVERS AND LAKES.',
      ].join('\n'),
    );
    expect(report).toMatchObject({ format: 'list', entries: 4, added: 4, matched: 3, total: 4 });
    expect((await library()).map(({ paperId }) => paperId)).toEqual([
      RIVERS.id,
      null,
      FOLDING.id,
      MAMBA.id,
    ]);
    expect((await library())[3]).toMatchObject({ title: MAMBA.title, abstract: MAMBA.abstract });
    expect(await terms()).toEqual(expect.arrayContaining(['mamba', 'protein', 'river']));
  });

  it('A paper that is not stored teaches by its own title and abstract', async () => {
    const report = await bring(
      '@article{a, title={Tides of the Moon}, abstract={Tidal friction slows the Earth.}}',
    );
    expect(report).toMatchObject({ format: 'bibtex', added: 1, matched: 0 });
    expect(await terms()).toEqual(expect.arrayContaining(['tide', 'moon', 'friction']));
    expect(await listLookups(database.db, subscriber)).toEqual([]);
  });

  it('Every entry is counted once: added, known, unreadable or without a title', async () => {
    await bring('Tides of the Moon');
    const report = await bring(
      `@article{a, title={Tides of the moon}}
@article{b, title={A second paper about tides}}
@article{c, title={A Second Paper About Tides}}
@article{d, year=2020}
@article{e, title={Never closed
@article{f, title={A third paper about tides}}`,
    );
    expect(report).toEqual({
      format: 'bibtex',
      entries: 6,
      added: 2,
      matched: 0,
      known: 2,
      untitled: 1,
      unreadable: 1,
      overLimit: 0,
      isCut: false,
      total: 3,
    });
  });

  it('Two ids of one stored paper are one paper', async () => {
    expect(await bring('2312.00752\nMamba: linear-time sequence modeling')).toMatchObject({
      added: 1,
      known: 1,
    });
    expect(await bring('mamba, linear time sequence modeling')).toMatchObject({ known: 1 });
  });

  it('A short title is not compared with stored ones', async () => {
    await storePapers(database.db, [buildPaper({ title: 'Mamba 3' })]);
    expect(await bring('Mamba-3')).toMatchObject({ added: 1, matched: 0 });
  });

  it('A library holds 500 papers, and an import reads 2,000 entries', async () => {
    const titles = (count: number, word: string) =>
      Array.from({ length: count }, (_, n) => `${word} number ${n} about tides`).join('\n');
    expect(await bring(titles(499, 'First'))).toMatchObject({ added: 499, overLimit: 0 });
    const report = await bring(titles(2500, 'Second'));
    expect(report).toMatchObject({ entries: 2000, added: 1, overLimit: 1999, isCut: true });
    expect(report.total).toBe(500);
    expect((await learned()).feedback).toBe(10);
  });

  it('Titles and abstracts are to be looked up for ids that are not stored, if that is allowed', async () => {
    await bring('2401.00001\n10.1234/tides', false);
    expect(await listLookups(database.db, subscriber)).toEqual([]);
    await bring('2401.00002');
    expect(await listLookups(database.db, subscriber)).toMatchObject([
      { kind: 'papers', state: 'pending' },
    ]);
    expect(await learned()).toEqual({ feedback: 0, terms: [] });
  });

  it('Nobody is taught before they confirmed, and an unknown subscriber is refused', async () => {
    subscriber = await storeSubscriber(database.db, { status: 'pending' });
    await expect(bring('Tides of the Moon')).rejects.toMatchObject({ code: 'NOT_CONFIRMED' });
    expect(await library()).toEqual([]);
    subscriber = 4711;
    await expect(bring('Tides of the Moon')).rejects.toMatchObject({ code: 'UNKNOWN_TOKEN' });
  });

  it('Imports at the same time add each paper once', async () => {
    await Promise.all([bring('Tides of the Moon'), bring('Tides of the Moon\n2312.00752')]);
    expect(await library()).toHaveLength(2);
  });

  it('Text that PostgreSQL cannot store is cleaned', async () => {
    await bring('@article{a, title={Tides\0 of \uD800 the Moon}, abstract={\0}}');
    expect(await library()).toMatchObject([{ title: 'Tides of the Moon', abstract: '' }]);
  });
});

describe('A library and feedback', () => {
  it('Feedback after an import is learned with the library', async () => {
    await bring('Tides of the Moon');
    await giveFeedback(deps(), { subscriberId: subscriber, paperId: RIVERS.id, verb: 'more' });
    expect(await terms()).toEqual(expect.arrayContaining(['tide', 'river']));
    const view = await listLearned(deps(), subscriber);
    const moon = view?.terms.find(({ term }) => term === 'moon');
    expect(moon?.from).toMatchObject([{ verb: 'library', paper: { title: 'Tides of the Moon' } }]);
    expect(view?.library).toMatchObject([{ title: 'Tides of the Moon' }]);
  });

  it('Forgetting everything forgets the library', async () => {
    await bring('Tides of the Moon\n2401.00001');
    await forgetLearned(deps(), subscriber);
    expect(await library()).toEqual([]);
    expect(await listLookups(database.db, subscriber)).toEqual([]);
    expect(await learned()).toEqual({ feedback: 0, terms: [] });
  });
});

describe('refreshLibraries', () => {
  it('A library that taught nothing while no paper was stored teaches once there are some', async () => {
    await database.empty();
    subscriber = await storeSubscriber(database.db);
    await bring('Tides of the Moon');
    expect(await terms()).toEqual([]);
    await storePapers(database.db, [MAMBA, FOLDING, RIVERS]);
    expect(await refreshLibraries(deps())).toBe(1);
    expect(await terms()).toContain('tide');
    expect(await refreshLibraries(deps())).toBe(0);
  });

  it('A library is learned again after a week, and not that of a reader who left', async () => {
    await bring('Tides of the Moon');
    clock.advance(7 * 86_400_000);
    expect(await refreshLibraries(deps())).toBe(0);
    clock.advance(1);
    expect(await refreshLibraries(deps())).toBe(1);
    expect(await refreshLibraries(deps())).toBe(0);
    clock.advance(8 * 86_400_000);
    await updateStatus(database.db, subscriber, 'unsubscribed', clock());
    expect(await refreshLibraries(deps())).toBe(0);
  });
});

describe('removeFromLibrary', () => {
  it('A removed paper is unlearned, and the others stay', async () => {
    await bring('Tides of the Moon\nKernels for Rivers and Lakes');
    const tides = (await library()).find(({ title }) => title.startsWith('Tides'));
    expect(await removeFromLibrary(deps(), subscriber, tides?.position ?? 0)).toBe(1);
    expect(await terms()).not.toContain('tide');
    expect(await terms()).toContain('river');
    expect(await removeFromLibrary(deps(), subscriber, 99)).toBe(0);
  });

  it('All papers are removed together with what was to be looked up', async () => {
    await bring('Tides of the Moon\n2401.00001');
    expect(await removeFromLibrary(deps(), subscriber, 'all')).toBe(2);
    expect(await learned()).toEqual({ feedback: 0, terms: [] });
    expect(await listLookups(database.db, subscriber)).toEqual([]);
  });

  it('The library of somebody who unsubscribed a month ago is removed', async () => {
    const stays = await storeSubscriber(database.db);
    await bring('Tides of the Moon');
    await importLibrary(deps(), stays, 'Tides of the Moon');
    await updateStatus(database.db, subscriber, 'unsubscribed', clock());
    const later = new Date('2026-06-08T08:00:00Z');
    expect(await removeAbandonedLibraries(deps(), new Date('2026-05-08T07:00:00Z'))).toBe(0);
    expect(await removeAbandonedLibraries(deps(), later)).toBe(1);
    expect(await library()).toEqual([]);
    expect(await terms()).toEqual([]);
    expect(await listLibrary(database.db, stays)).toHaveLength(1);
  });
});
