import type { FeedbackVerb } from '../../../src/domain/feedback/feedback-event.ts';
import type { TopicPaper } from '../../../src/domain/papers/paper.ts';
import type { Idf } from '../../../src/domain/ranking/inverse-document-frequency.ts';
import { computeTermVector } from '../../../src/domain/ranking/term-vector.ts';
import { extractTerms } from '../../../src/domain/ranking/terms.ts';
import { shuffle } from '../../support/random.ts';

/** A simulated subscriber, whose interests are hidden from the ranking. */
export interface SimulatedSubscriber {
  /** Slugs of the topics that it follows. */
  topics: string[];
  likes(paper: TopicPaper): boolean;
}

/** Papers that the hidden interests are drawn from, and terms drawn from each. */
const MODEL_PAPERS = 2;
const TERMS_PER_MODEL = 4;

/** An interest is a term of some papers, but not of most. */
const MIN_DOCUMENT_FREQUENCY = 3;
const MAX_DOCUMENT_SHARE = 0.15;

/**
 * A subscriber with random interests, drawn from two papers. It follows their first topics and is
 * secretly interested in some terms of each. It likes papers on such a topic that contain one of
 * the terms, and papers that contain two.
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
    shuffle(listInterestTerms(model, idf), random).slice(0, TERMS_PER_MODEL),
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

/** The terms of a paper with the greatest weights that are neither too rare nor too common. */
function listInterestTerms(paper: TopicPaper, idf: Idf): string[] {
  const most = Math.log((idf.paperCount + 1) / (MIN_DOCUMENT_FREQUENCY + 1));
  const least = Math.log((idf.paperCount + 1) / (MAX_DOCUMENT_SHARE * idf.paperCount + 1));
  const isInterest = (term: string) => idf.weightOf(term) <= most && idf.weightOf(term) >= least;
  return [...computeTermVector(paper, idf)]
    .filter(([term]) => isInterest(term))
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, 2 * TERMS_PER_MODEL)
    .map(([term]) => term);
}

/** Most papers that it gives feedback on. */
const MAX_LIKED = 8;
const MAX_DISLIKED = 4;

/** Share of the feedback that is wrong. */
const MISTAKE_RATE = 0.1;

/** Feedback on some papers that the subscriber likes, and on some on its topics that it does not
 *  like; one event in ten is wrong. */
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
    const isCorrect = random() >= MISTAKE_RATE;
    return { paper, verb: isLiked === isCorrect ? 'more' : 'less' };
  };
  return [
    ...liked.map((paper) => giveFeedback(paper, true)),
    ...disliked.map((paper) => giveFeedback(paper, false)),
  ];
}
