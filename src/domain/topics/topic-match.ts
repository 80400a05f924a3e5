import type { PaperTopic } from '../papers/paper.ts';
import type { CategoryRole } from './topic.ts';

/** What a paper and a topic have in common. */
export interface MatchEvidence {
  /** Postgres' full-text rank of title and abstract; 0 without a match. */
  textScore: number;
  isTitleMatch: boolean;
  categoryRole: CategoryRole;
  /** Whether the paper's primary category, or only another one, is one of the topic's. */
  category: 'primary' | 'other' | null;
}

/** Added to the full-text rank for a match in the title. */
const TITLE_MATCH_SCORE = 0.05;

/**
 * Added for a category. One that defines a topic weighs more than most full-text ranks (0.02 to
 * 0.2), since authors and moderators chose it. One that supports a topic brings its papers to
 * followers, but is too weak alone to be shown beside a topic that the text matches.
 */
const CATEGORY_SCORES = {
  define: { primary: 0.3, other: 0.15 },
  support: { primary: 0.06, other: 0.03 },
} as const;

/** How well a paper matches a topic; 0 for not at all. */
export function scoreMatch(evidence: MatchEvidence): number {
  const { textScore, isTitleMatch, categoryRole, category } = evidence;
  const categoryScore =
    category === null || categoryRole === 'none' ? 0 : CATEGORY_SCORES[categoryRole][category];
  return textScore + (isTitleMatch ? TITLE_MATCH_SCORE : 0) + categoryScore;
}

/** A topic that a paper matches, and whether that is a guess. */
interface ScoredMatch extends PaperTopic {
  isGuess: boolean;
}

/** Whether a match is a guess at the category that somebody would have chosen. */
export function isGuess({ categoryRole, category }: MatchEvidence): boolean {
  return categoryRole === 'define' && category === null;
}

/** arXiv's papers have two categories on average, seldom more than three. */
const MAX_GUESSES = 3;

/** The matches, the best first; of guesses only the best, since loose words match ten topics. */
export function keepBestGuesses<Match extends ScoredMatch>(matches: readonly Match[]): Match[] {
  const sorted = [...matches].sort(compareMatches);
  const kept = new Set(sorted.filter((match) => match.isGuess).slice(0, MAX_GUESSES));
  return sorted.filter((match) => !match.isGuess || kept.has(match));
}

function compareMatches(a: PaperTopic, b: PaperTopic): number {
  return b.score - a.score || (a.slug < b.slug ? -1 : 1);
}

/** Score from which a paper gets its second-best topic, too. Tuned on 4,770 held-out papers: a
 *  lower value floods narrow topics, a higher one misses topics of cross-field papers. */
export const SECOND_TOPIC_SCORE = 0.07;

/** The topics that are shown with a paper: the best match, and the second-best if it is strong. */
export function chooseTopics<Match extends PaperTopic>(matches: readonly Match[]): Match[] {
  const [best, second] = [...matches].sort(compareMatches);
  if (!best) return [];
  return second && second.score >= SECOND_TOPIC_SCORE ? [best, second] : [best];
}
