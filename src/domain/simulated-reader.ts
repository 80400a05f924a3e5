import type { FeedbackVerb } from './feedback/feedback-event.ts';
import type { TopicPaper } from './papers/paper.ts';
import type { Idf } from './ranking/inverse-document-frequency.ts';
import { computeTermVector } from './ranking/term-vector.ts';
import { extractTerms } from './ranking/terms.ts';
import { shuffle } from './seeded-random.ts';

/** A reader made up to judge the ranking: what it likes is hidden from Paperboy. */
export interface SimulatedSubscriber {
  /** Topics that it follows. */
  topics: string[];
  likes(paper: TopicPaper): boolean;
}

/** Papers after which a taste is made, and terms taken from each. */
const MODEL_PAPERS = 2;
const TERMS_PER_MODEL = 4;

/** A term of a taste stands in some papers, but not in all. */
const MIN_DOCUMENT_FREQUENCY = 3;
const MAX_DOCUMENT_SHARE = 0.15;

/**
 * A reader with a taste of chance: two papers are its models. It follows their first topics and secretly
 * cares for some terms of each. It likes what is on such a topic and says one of them, or says two.
 */
export function simulateSubscriber(
  papers: readonly TopicPaper[],
  idf: Idf,
  random: () => number,
): SimulatedSubscriber {
  const models = shuffle(
    papers.filter(({ topics }) => topics.length > 0),
    random,
  ).slice(0, MODEL_PAPERS);
  const topics = [...new Set(models.flatMap(({ topics: [first] }) => first?.slug ?? []))];
  const terms = models.flatMap((model) =>
    shuffle(listProfileTerms(model, idf), random).slice(0, TERMS_PER_MODEL),
  );
  return {
    topics,
    likes: (paper) => {
      const paperTerms = extractTerms(paper);
      const matchCount = terms.filter((term) => paperTerms.has(term)).length;
      return (
        matchCount > 1 ||
        (matchCount === 1 && paper.topics.some(({ slug }) => topics.includes(slug)))
      );
    },
  };
}

/** The weightiest terms of a paper that are neither too rare nor too common to be a taste. */
function listProfileTerms(paper: TopicPaper, idf: Idf): string[] {
  const most = Math.log((idf.paperCount + 1) / (MIN_DOCUMENT_FREQUENCY + 1));
  const least = Math.log((idf.paperCount + 1) / (MAX_DOCUMENT_SHARE * idf.paperCount + 1));
  const isProfileTerm = (term: string) => idf.weightOf(term) <= most && idf.weightOf(term) >= least;
  return [...computeTermVector(paper, idf)]
    .filter(([term]) => isProfileTerm(term))
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, 2 * TERMS_PER_MODEL)
    .map(([term]) => term);
}

/** What it says of papers at the most. */
const MAX_LIKED = 8;
const MAX_DISLIKED = 4;

/** How often a reader says the contrary of what it means. */
const MISTAKE_RATE = 0.1;

/** What a reader says of papers: of some that it likes, and of some on its topics that it does not; one word
 *  in ten by mistake. */
export function simulateFeedback(
  subscriber: SimulatedSubscriber,
  papers: readonly TopicPaper[],
  random: () => number,
): { paper: TopicPaper; verb: FeedbackVerb }[] {
  const shuffledPapers = shuffle(papers, random);
  const isOnTopic = ({ topics }: TopicPaper) =>
    topics.some(({ slug }) => subscriber.topics.includes(slug));
  const liked = shuffledPapers.filter((paper) => subscriber.likes(paper)).slice(0, MAX_LIKED);
  const disliked = shuffledPapers
    .filter((paper) => isOnTopic(paper) && !subscriber.likes(paper))
    .slice(0, MAX_DISLIKED);
  const giveFeedback = (
    paper: TopicPaper,
    isLiked: boolean,
  ): { paper: TopicPaper; verb: FeedbackVerb } => {
    const isHonest = random() >= MISTAKE_RATE;
    return { paper, verb: isLiked === isHonest ? 'more' : 'less' };
  };
  return [
    ...liked.map((paper) => giveFeedback(paper, true)),
    ...disliked.map((paper) => giveFeedback(paper, false)),
  ];
}
