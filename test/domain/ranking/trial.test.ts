import { describe, expect, it } from 'vitest';
import type { TopicPaper } from '../../../src/domain/papers/paper.ts';
import { createSeededRandom } from '../../../src/domain/seeded-random.ts';
import { createRankingTrials, RANKINGS, type Ranking } from '../../../src/domain/trial.ts';
import { buildTopicPaper } from '../builders.ts';

const ALPHABET = [...'bcdfghjklmnprtvw'];
const WORDS_OF_TOPIC = 30;

/** Papers on six topics. Each says six of the thirty words that its topic has, and two of others. */
function library(count: number): TopicPaper[] {
  const random = createSeededRandom(7);
  const below = (most: number) => Math.floor(random() * most);
  const syntheticWord = (topic: number) => {
    const word = below(WORDS_OF_TOPIC);
    return `${ALPHABET[topic]}a${ALPHABET[word % 16]}o${ALPHABET[Math.floor(word / 16)]}um`;
  };
  return Array.from({ length: count }, (_, n) => {
    const topic = below(6);
    const own = Array.from({ length: 6 }, () => syntheticWord(topic));
    const others = [syntheticWord(below(6)), syntheticWord(below(6))];
    return buildTopicPaper(n, {
      title: own.slice(0, 2).join('. '),
      abstract: [...own.slice(2), ...others].join('. '),
      topics: [{ slug: `topic-${topic}`, score: 0.3 }],
      upvotes: below(12),
    });
  });
}

function meanOf(ranking: Ranking | 'possible' | 'chance', count: number): number {
  const { run } = createRankingTrials(library(400));
  const trials = Array.from({ length: count }, (_, n) => run(n)).filter((each) => each !== null);
  const value = (each: (typeof trials)[number]) =>
    ranking === 'possible' || ranking === 'chance' ? each[ranking] : each.precision[ranking];
  expect(trials.length).toBeGreaterThan(count / 2);
  return trials.reduce((sum, each) => sum + value(each), 0) / trials.length;
}

describe('trials', () => {
  it('give feedback on one half of the papers, and choose from days of the other', () => {
    const { past, days, papersEach } = createRankingTrials(library(400));
    expect(past).toBe(200);
    expect(days).toEqual([100, 100]);
    expect(papersEach).toBe(10);
    expect(createRankingTrials(library(40)).papersEach).toBe(4);
  });

  it('are the same in every run', () => {
    const [first, second] = [createRankingTrials(library(300)), createRankingTrials(library(300))];
    const numbers = Array.from({ length: 12 }, (_, n) => n);
    expect(numbers.map(first.run)).toEqual([...numbers].reverse().map(second.run).reverse());
  });

  it('are not better than what is possible', () => {
    const { run } = createRankingTrials(library(400));
    for (let number = 0; number < 30; number += 1) {
      const trial = run(number);
      if (trial === null) continue;
      for (const ranking of RANKINGS)
        expect(trial.precision[ranking]).toBeLessThanOrEqual(trial.possible);
    }
  });

  it('find that topics help, that feedback helps, and that both help most', () => {
    const [popularity, topics, feedback, both] = [
      meanOf('popularity', 60),
      meanOf('topics', 60),
      meanOf('feedback', 60),
      meanOf('topics_and_feedback', 60),
    ];
    expect(topics).toBeGreaterThan(popularity);
    expect(feedback).toBeGreaterThan(popularity);
    expect(both).toBeGreaterThan(topics);
  });

  it('make no reader up without papers', () => {
    const { run, papersEach } = createRankingTrials([]);
    expect([run(0), papersEach]).toEqual([null, 0]);
    expect(createRankingTrials([buildTopicPaper(1)]).run(0)).toBeNull();
  });
});
