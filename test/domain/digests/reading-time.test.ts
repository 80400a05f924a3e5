import { describe, expect, it } from 'vitest';
import { createShownWordCounter } from '../../../src/domain/digests/reading-time.ts';
import { buildTopicPaper } from '../builders.ts';

const sentence = (number: number) => `This is what the sentence of number ${number} says of it.`;
const abstract = Array.from({ length: 20 }, (_, number) => sentence(number)).join(' ');
const papers = Array.from({ length: 8 }, (_, number) => buildTopicPaper(number, { abstract }));
const count = createShownWordCounter(papers);
const words = (places: number[], darkHorse: number | null = null) => count(places, darkHorse);
const up = (count: number) => papers.slice(0, count).map((_, place) => place);

describe('createShownWordCounter', () => {
  it('Title, byline, reason and the sentences shown are counted', () => {
    // “Paper 0”, “7 May 2026”, nine words of reason, three sentences of eleven words.
    expect(words([0])).toBe(2 + 3 + 9 + 3 * 11);
  });

  it('A brief has fewer words than a story, and papers after the lead are stories from six on', () => {
    const brief = words(up(2)) - words(up(1));
    expect(brief).toBe(2 + 3 + 9 + 11);
    expect(words(up(6)) - words(up(5))).toBe(brief + 3 * 11);
    expect(words(up(7)) - words(up(6))).toBe(brief);
  });

  it('The dark horse has as many words as a story', () => {
    expect(words(up(6), 4) - words(up(6))).toBe(11);
    expect(words(up(5), 4)).toBe(words(up(5)));
  });

  it('A longer abstract has more words, up to a limit', () => {
    const short = createShownWordCounter([
      buildTopicPaper(1, { abstract: sentence(1) }),
      buildTopicPaper(2),
    ]);
    expect(short([0], null)).toBeLessThan(words([0]));
  });
});
