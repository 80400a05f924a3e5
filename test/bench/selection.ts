/**
 * `npm run bench:choosing`: measures how long the built program takes to choose papers for one
 * subscriber out of 100, with reasons, without relay and mail. Prints one line of JSON: µs per
 * subscriber, the best of several rounds.
 */
import { readFileSync } from 'node:fs';
import { unpackLearned } from '../../src/domain/ranking/learned-terms.ts';
import { DEFAULT_PREFERENCES, type Preferences } from '../../src/domain/subscribers/subscriber.ts';
import { createSeededRandom } from '../support/random.ts';
import { openBuiltDigest } from './built-digest.ts';
import { learnedProfileAt } from './subscribers/learned-profiles.ts';
import { subscriberAt } from './subscribers/subscribers.ts';

const PAPERS = 100;
const SUBSCRIBERS = 4000;
const ROUNDS = 8;
const MAX_TERMS = 500;
const NOW = new Date('2026-05-08T05:30:00Z');

let largestProfiles: string[] | undefined;

const { context, topics, close } = await openBuiltDigest(JSON.stringify(papersOfTheDay()), {
  now: NOW,
});
try {
  const measure = async (
    changes: (n: number) => Partial<Preferences> & { learned: string | null },
  ): Promise<number> => {
    const subscribers = Array.from({ length: SUBSCRIBERS }, (_, n) => {
      return { ...DEFAULT_PREFERENCES, ...subscriberAt(n, topics), id: n + 1, ...changes(n) };
    });
    const selectFor = await context.createSelectorFor(subscribers, new Map());
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS; round += 1) {
      const startedAt = performance.now();
      for (const subscriber of subscribers) selectFor(subscriber);
      best = Math.min(best, performance.now() - startedAt);
    }
    return Number(((best / SUBSCRIBERS) * 1000).toFixed(1));
  };

  const result = {
    papers: context.papers.length,
    without_feedback_us: await measure(() => ({ learned: null })),
    by_minutes_us: await measure(() => ({ learned: null, minutes: 5 })),
    learned_terms: countTerms(largestProfile(0)),
    with_learned_terms_us: await measure((n) => ({ learned: largestProfile(n) })),
  };
  console.log(JSON.stringify(result));
} finally {
  await close();
}

/** The seed papers repeated under other titles, until there are enough. */
function papersOfTheDay(): unknown[] {
  const file = new URL('../../seeds/papers.json', import.meta.url);
  const seed: { title: string; upvotes?: number }[] = JSON.parse(readFileSync(file, 'utf8'));
  const random = createSeededRandom(0);
  return Array.from({ length: PAPERS }, (_, n) => {
    const paper = seed[n % seed.length] as (typeof seed)[number];
    const title = n < seed.length ? paper.title : `${paper.title} (${Math.floor(n / seed.length)})`;
    return { ...paper, id: undefined, title, upvotes: Math.floor(random() * 60) };
  });
}

/** A profile with the most learned terms. */
function largestProfile(n: number): string {
  largestProfiles ??= Array.from(
    { length: 100 },
    (_, profile) => learnedProfileAt(profile) ?? '',
  ).filter((learned) => countTerms(learned) === MAX_TERMS);
  return largestProfiles[n % largestProfiles.length] ?? '';
}

function countTerms(learned: string): number {
  return unpackLearned(learned).terms.length;
}
