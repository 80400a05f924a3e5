import { splitSentences } from '../../../src/domain/text/sentences.ts';
import type { Random } from '../../support/random.ts';

/** A paper in the format of `papers import`. */
export interface BenchPaper {
  id: string;
  title: string;
  abstract: string;
  authors: string[];
  published_on: string;
  listed_on: string;
  upvotes: number;
  comments: number;
  url: string;
}

export interface SeedPhrases {
  names: readonly string[];
  subtitles: readonly string[];
  sentences: readonly string[];
}

/** The names, subtitles and sentences of the seed papers. */
export function extractSeedPhrases(
  seeds: readonly { title: string; abstract: string }[],
): SeedPhrases {
  const splitTitles = seeds.map(({ title }) => title.split(': '));
  return {
    names: splitTitles.flatMap(([name = '']) => (name.length < 24 ? [] : [name])),
    subtitles: splitTitles.flatMap(([, subtitle]) => (subtitle === undefined ? [] : [subtitle])),
    sentences: seeds.flatMap(({ abstract }) =>
      [...splitSentences(abstract)].map(({ text }) => text),
    ),
  };
}

/**
 * Generates papers from sentences of the seed papers with synthetic words in between. Few papers
 * share such a word, as with names of methods.
 */
export function createPaperGenerator(phrases: SeedPhrases, random: Random) {
  const syntheticWord = () => {
    // The square makes a few words frequent and most of them rare.
    const number = Math.floor(random.next() ** 2 * SYNTHETIC_WORDS);
    return `${SYLLABLES[number % 20]}${SYLLABLES[Math.floor(number / 20) % 20]}${SYLLABLES[Math.floor(number / 400) % 20]}${SYLLABLES[Math.floor(number / 8000)]}`;
  };
  const sentence = () =>
    random
      .pick(phrases.sentences)
      .split(' ')
      .map((word) => (random.next() < 0.06 ? syntheticWord() : word))
      .join(' ');
  return (number: number, day: string): BenchPaper => {
    const month = day.slice(2, 4) + day.slice(5, 7);
    const id = `${month}.${String(number % 100_000).padStart(5, '0')}`;
    const name = syntheticWord();
    return {
      id,
      title: `${name.charAt(0).toUpperCase()}${name.slice(1)}: ${random.pick(phrases.subtitles)} for ${syntheticWord()}`,
      abstract: Array.from({ length: random.between(5, 8) }, sentence).join(' '),
      authors: Array.from(
        { length: random.between(1, 6) },
        (_, at) => `Ada ${syntheticWord()}${at}`,
      ),
      published_on: day,
      listed_on: day,
      upvotes: Math.floor(random.next() ** 6 * 200),
      comments: Math.floor(random.next() ** 6 * 20),
      url: `https://arxiv.org/abs/${id}`,
    };
  };
}

const SYNTHETIC_WORDS = 40_000;

const SYLLABLES = 'ba do fi gu ka le mi no pu ra se ti vo zu che sha tro pli gre nar'.split(' ');
