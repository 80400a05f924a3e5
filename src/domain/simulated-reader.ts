import type { Verb } from './feedback.ts';
import type { Idf } from './idf.ts';
import type { TopicPaper } from './paper.ts';
import { shuffled } from './random.ts';
import { vectorOf } from './term-vector.ts';
import { termsOf } from './terms.ts';

/** A reader made up to judge the ranking: what it likes is hidden from Paperboy. */
export interface SimulatedReader {
  /** Topics that it follows. */
  topics: string[];
  likes(paper: TopicPaper): boolean;
}

/** Papers after which a taste is made, and terms taken from each. */
const MODELS = 2;
const TERMS_OF_MODEL = 4;

/** A term of a taste stands in some papers, but not in all. */
const FEWEST_PAPERS = 3;
const LARGEST_SHARE = 0.15;

/**
 * A reader with a taste of chance: two papers are its models. It follows their first topics and secretly
 * cares for some terms of each. It likes what is on such a topic and says one of them, or says two.
 */
export function simulateReader(
  papers: readonly TopicPaper[],
  idf: Idf,
  random: () => number,
): SimulatedReader {
  const models = shuffled(
    papers.filter(({ topics }) => topics.length > 0),
    random,
  ).slice(0, MODELS);
  const topics = [...new Set(models.flatMap(({ topics: [first] }) => first?.slug ?? []))];
  const terms = models.flatMap((model) =>
    shuffled(tasteTerms(model, idf), random).slice(0, TERMS_OF_MODEL),
  );
  return {
    topics,
    likes: (paper) => {
      const says = termsOf(paper);
      const said = terms.filter((term) => says.has(term)).length;
      return said > 1 || (said === 1 && paper.topics.some(({ slug }) => topics.includes(slug)));
    },
  };
}

/** The weightiest terms of a paper that are neither too rare nor too common to be a taste. */
function tasteTerms(paper: TopicPaper, idf: Idf): string[] {
  const most = Math.log((idf.papers + 1) / (FEWEST_PAPERS + 1));
  const least = Math.log((idf.papers + 1) / (LARGEST_SHARE * idf.papers + 1));
  const isTaste = (term: string) => idf.of(term) <= most && idf.of(term) >= least;
  return [...vectorOf(paper, idf)]
    .filter(([term]) => isTaste(term))
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, 2 * TERMS_OF_MODEL)
    .map(([term]) => term);
}

/** What it says of papers at the most. */
const MOST_LIKED = 8;
const MOST_DISLIKED = 4;

/** How often a reader says the contrary of what it means. */
const MISTAKES = 0.1;

/** What a reader says of papers: of some that it likes, and of some on its topics that it does not; one word
 *  in ten by mistake. */
export function simulateFeedback(
  reader: SimulatedReader,
  papers: readonly TopicPaper[],
  random: () => number,
): { paper: TopicPaper; verb: Verb }[] {
  const read = shuffled(papers, random);
  const isOnTopic = ({ topics }: TopicPaper) =>
    topics.some(({ slug }) => reader.topics.includes(slug));
  const liked = read.filter((paper) => reader.likes(paper)).slice(0, MOST_LIKED);
  const disliked = read
    .filter((paper) => isOnTopic(paper) && !reader.likes(paper))
    .slice(0, MOST_DISLIKED);
  const say = (paper: TopicPaper, isLiked: boolean): { paper: TopicPaper; verb: Verb } => {
    const isMeant = random() >= MISTAKES;
    return { paper, verb: isLiked === isMeant ? 'more' : 'less' };
  };
  return [...liked.map((paper) => say(paper, true)), ...disliked.map((paper) => say(paper, false))];
}
