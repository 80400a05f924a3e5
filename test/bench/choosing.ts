/**
 * `npm run bench:choosing`: what it costs to choose out of 100 papers for one reader, with reasons, by the
 * built program without relay and mail; one line of JSON on standard output, in µs per reader, the best of
 * several rounds.
 */
import { readFileSync } from 'node:fs';
import { unpackLearned } from '../../src/domain/learned.ts';
import { randomFrom } from '../../src/domain/random.ts';
import { DEFAULT_PREFERENCES, type Preferences } from '../../src/domain/subscriber.ts';
import { sender } from '../mail/samples.ts';
import { readerAt } from './readers.ts';
import { taughtAt } from './taught.ts';

const PAPERS = 100;
const READERS = 4000;
const ROUNDS = 8;
const MOST_TERMS = 200;
const NOW = new Date('2026-05-08T05:30:00Z');

let full: string[] | undefined;

/** Compiled as it runs; what is compiled on the fly for the tests takes twice as long. */
async function built<Module>(path: string): Promise<Module> {
  return import(new URL(`../../dist/${path}`, import.meta.url).href);
}

const { openEmbeddedDatabase } =
  await built<typeof import('../../src/db/client.ts')>('db/client.js');
const { prepareDatabase } =
  await built<typeof import('../../src/wiring/database.ts')>('wiring/database.js');
const { importPapers } = await built<typeof import('../../src/services/import-papers.ts')>(
  'services/import-papers.js',
);
const { composeDigest } = await built<typeof import('../../src/services/compose-digest.ts')>(
  'services/compose-digest.js',
);
const { createEditions } = await built<typeof import('../../src/services/support/editions.ts')>(
  'services/support/editions.js',
);
const { createTermStatistics } = await built<
  typeof import('../../src/services/support/term-statistics.ts')
>('services/support/term-statistics.js');
const { loadMailTemplates } =
  await built<typeof import('../../src/mail/templates.ts')>('mail/templates.js');
const { listTopics } = await built<typeof import('../../src/db/topics.ts')>('db/topics.js');

const database = await openEmbeddedDatabase({ dump: null });
try {
  await prepareDatabase(database, { redisUrl: null });
  const { db } = database;
  await importPapers(db, { text: JSON.stringify(papersOfTheDay()), source: 'bench' }, NOW);
  const { digest } = await composeDigest(db, { kind: 'daily', date: '2026-05-08', now: NOW });
  const termStatistics = createTermStatistics({ db, clock: () => NOW });
  const templates = await loadMailTemplates();
  const editions = createEditions({ db, templates, sender: sender(), termStatistics });
  const edition = await editions(digest?.id ?? 0);
  if (!edition) throw new Error('Nothing was composed.');
  const slugs = (await listTopics(db)).map(({ slug }) => slug);

  const measure = async (
    changes: (n: number) => Partial<Preferences> & { learned: string | null },
  ): Promise<number> => {
    const readers = Array.from({ length: READERS }, (_, n) => {
      return { ...DEFAULT_PREFERENCES, ...readerAt(n, slugs), id: n + 1, ...changes(n) };
    });
    const choose = await edition.chooserFor(readers, new Map());
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS; round += 1) {
      const began = performance.now();
      for (const reader of readers) choose(reader);
      best = Math.min(best, performance.now() - began);
    }
    return Number(((best / READERS) * 1000).toFixed(1));
  };

  const result = {
    papers: edition.papers.length,
    without_feedback_us: await measure(() => ({ learned: null })),
    by_minutes_us: await measure(() => ({ learned: null, minutes: 5 })),
    learned_terms: termsIn(fullyTaught(0)),
    with_learned_terms_us: await measure((n) => ({ learned: fullyTaught(n) })),
  };
  console.log(JSON.stringify(result));
} finally {
  await database.close();
}

/** The seed's papers as often as it takes, each time under other titles. */
function papersOfTheDay(): unknown[] {
  const file = new URL('../../seeds/papers.json', import.meta.url);
  const seed: { title: string; upvotes?: number }[] = JSON.parse(readFileSync(file, 'utf8'));
  const random = randomFrom(0);
  return Array.from({ length: PAPERS }, (_, n) => {
    const paper = seed[n % seed.length] as (typeof seed)[number];
    const title = n < seed.length ? paper.title : `${paper.title} (${Math.floor(n / seed.length)})`;
    return { ...paper, id: undefined, title, upvotes: Math.floor(random() * 60) };
  });
}

/** What a reader taught who taught the most terms. */
function fullyTaught(n: number): string {
  full ??= Array.from({ length: 100 }, (_, taste) => taughtAt(taste) ?? '').filter(
    (learned) => termsIn(learned) === MOST_TERMS,
  );
  return full[n % full.length] ?? '';
}

function termsIn(learned: string): number {
  return unpackLearned(learned).terms.length;
}
