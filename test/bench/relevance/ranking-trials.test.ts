import { describe, expect, it } from 'vitest';
import type { TopicPaper } from '../../../src/domain/papers/paper.ts';
import { buildTopicPaper } from '../../domain/builders.ts';
import { createSeededRandom } from '../../support/random.ts';
import { createRankingTrials, RANKINGS, type Ranking } from './ranking-trials.ts';

const ALPHABET = [...'bcdfghjklmnprtvw'];
const WORDS_OF_TOPIC = 30;

/** Papers on six topics. Each contains six of the thirty words of its topic, and two of others. */
function buildLibrary(count: number): TopicPaper[] {
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
  const { run } = createRankingTrials(buildLibrary(400));
  const trials = Array.from({ length: count }, (_, n) => run(n)).filter((each) => each !== null);
  const value = (each: (typeof trials)[number]) =>
    ranking === 'possible' || ranking === 'chance' ? each[ranking] : each.precision[ranking];
  expect(trials.length).toBeGreaterThan(count / 2);
  return trials.reduce((sum, each) => sum + value(each), 0) / trials.length;
}

describe('createRankingTrials', () => {
  it('Feedback is given on one half of the papers, and papers are chosen from the other', () => {
    const { feedbackPapers, days, papersPerSubscriber } = createRankingTrials(buildLibrary(400));
    expect(feedbackPapers).toBe(200);
    expect(days).toEqual([100, 100]);
    expect(papersPerSubscriber).toBe(10);
    expect(createRankingTrials(buildLibrary(40)).papersPerSubscriber).toBe(4);
  });

  it('Trials are the same in every run', () => {
    const [first, second] = [
      createRankingTrials(buildLibrary(300)),
      createRankingTrials(buildLibrary(300)),
    ];
    const numbers = Array.from({ length: 12 }, (_, n) => n);
    expect(numbers.map(first.run)).toEqual([...numbers].reverse().map(second.run).reverse());
  });

  it('No ranking exceeds the best possible precision', () => {
    const { run } = createRankingTrials(buildLibrary(400));
    for (let number = 0; number < 30; number += 1) {
      const trial = run(number);
      if (trial === null) continue;
      for (const ranking of RANKINGS)
        expect(trial.precision[ranking]).toBeLessThanOrEqual(trial.possible);
    }
  });

  it('Topics improve the precision, feedback too, and both together most', () => {
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

  it('Without papers there is no simulated subscriber', () => {
    const { run, papersPerSubscriber } = createRankingTrials([]);
    expect([run(0), papersPerSubscriber]).toEqual([null, 0]);
    expect(createRankingTrials([buildTopicPaper(1)]).run(0)).toBeNull();
  });
});
