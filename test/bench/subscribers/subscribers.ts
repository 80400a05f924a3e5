import type { Preferences } from '../../../src/domain/subscribers/subscriber.ts';
import { createSeededRandom } from '../../support/random.ts';
import { learnedProfileAt } from './learned-profiles.ts';

/** A daily subscriber of the benchmark. */
export interface BenchSubscriber
  extends Pick<Preferences, 'topics' | 'keywords' | 'papers' | 'timezone' | 'hour'> {
  email: string;
  /** The packed profile; null for subscribers who give no feedback. */
  learned: string | null;
}

/** Share of subscribers who give feedback. */
const FEEDBACK_SHARE = 0.2;

/** Shares of the large providers, in per cent. The rest is spread over small domains. */
const LARGE_DOMAINS: readonly Weighted<string | null>[] = [
  { value: 'gmail.com', weight: 40 },
  { value: 'outlook.com', weight: 12 },
  { value: 'yahoo.com', weight: 8 },
  { value: 'icloud.com', weight: 5 },
  { value: null, weight: 35 },
];
const SMALL_DOMAINS = 4000;

/** Shares of the numbers of papers, in per cent: most subscribers keep the default. */
const PAPERS: readonly Weighted<number>[] = [
  { value: 5, weight: 2 },
  { value: 8, weight: 4 },
  { value: 10, weight: 44 },
  { value: 12, weight: 12 },
  { value: 15, weight: 18 },
  { value: 20, weight: 20 },
];

const TOPIC_COUNTS: readonly Weighted<number>[] = [
  { value: 0, weight: 20 },
  { value: 1, weight: 4 },
  { value: 2, weight: 8 },
  { value: 3, weight: 20 },
  { value: 4, weight: 20 },
  { value: 5, weight: 14 },
  { value: 6, weight: 14 },
];

const KEYWORDS = ['agent', 'diffusion', 'benchmark', 'quantization', 'transformer', 'retrieval'];

const TIMEZONES: readonly Weighted<string>[] = [
  { value: 'UTC', weight: 10 },
  { value: 'America/New_York', weight: 18 },
  { value: 'America/Los_Angeles', weight: 16 },
  { value: 'Europe/Berlin', weight: 16 },
  { value: 'Europe/London', weight: 10 },
  { value: 'Asia/Kolkata', weight: 10 },
  { value: 'Asia/Shanghai', weight: 12 },
  { value: 'Australia/Sydney', weight: 8 },
];

/** The `n`-th subscriber, the same in every run. `topics` are the slugs to choose from. */
export function subscriberAt(n: number, topics: readonly string[]): BenchSubscriber {
  const random = createSeededRandom(n);
  const domain = pick(LARGE_DOMAINS, random) ?? `mail${int(random, SMALL_DOMAINS)}.example.org`;
  return {
    email: `reader${n}@${domain}`,
    topics: sample(topics, pick(TOPIC_COUNTS, random), random),
    keywords: random() < 0.1 ? sample(KEYWORDS, 1 + int(random, 3), random) : [],
    papers: pick(PAPERS, random),
    timezone: pick(TIMEZONES, random),
    hour: Math.min(23, 5 + Math.floor(random() ** 2 * 19)),
    learned: random() < FEEDBACK_SHARE ? learnedProfileAt(n) : null,
  };
}

interface Weighted<Value> {
  value: Value;
  weight: number;
}

/** The weights must add up to 100. */
function pick<Value>(choices: readonly Weighted<Value>[], random: () => number): Value {
  let left = random() * 100;
  for (const { value, weight } of choices) {
    left -= weight;
    if (left < 0) return value;
  }
  throw new Error('The weights do not add up to 100.');
}

function sample(all: readonly string[], count: number, random: () => number): string[] {
  const left = [...all];
  return Array.from({ length: Math.min(count, all.length) }, () =>
    left.splice(int(random, left.length), 1),
  ).flat();
}

function int(random: () => number, below: number): number {
  return Math.floor(random() * below);
}
