import { describe, expect, it } from 'vitest';
import { createShownWordCounter } from '../../../src/domain/digests/reading-time.ts';
import { buildTopicPaper } from '../builders.ts';

const sentence = (number: number) => `This is what the sentence of number ${number} says of it.`;
const abstract = Array.from({ length: 20 }, (_, number) => sentence(number)).join(' ');
const papers = Array.from({ length: 8 }, (_, number) => buildTopicPaper(number, { abstract }));
const count = createShownWordCounter(papers);
const words = (places: number[], darkHorse: number | null = null) => count(places, darkHorse);
const up = (count: number) => papers.slice(0, count).map((_, place) => place);

describe('the words that a mail shows', () => {
  it('are those of title, byline, reason and as many sentences as there is room for', () => {
    // “Paper 0”, “7 May 2026”, nine words of reason, three sentences of eleven words.
    expect(words([0])).toBe(2 + 3 + 9 + 3 * 11);
  });

  it('are fewer of a brief, and more of a story, which the papers after the lead are from six on', () => {
    const brief = words(up(2)) - words(up(1));
    expect(brief).toBe(2 + 3 + 9 + 11);
    expect(words(up(6)) - words(up(5))).toBe(brief + 3 * 11);
    expect(words(up(7)) - words(up(6))).toBe(brief);
  });

  it('are those of a story where the dark horse stands apart', () => {
    expect(words(up(6), 4) - words(up(6))).toBe(11);
    expect(words(up(5), 4)).toBe(words(up(5)));
  });

  it('are the more, the longer the abstract is, up to the room there is', () => {
    const short = createShownWordCounter([
      buildTopicPaper(1, { abstract: sentence(1) }),
      buildTopicPaper(2),
    ]);
    expect(short([0], null)).toBeLessThan(words([0]));
  });
});
