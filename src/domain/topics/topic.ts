import type { PaperTopic } from '../papers/paper.ts';

/** A subject to follow. */
export interface Topic {
  slug: string;
  name: string;
  categories: string[];
  /** `websearch_to_tsquery` text for title and abstract. */
  query: string;
  /** The same for the title alone. */
  titleQuery: string;
}

/** The phrases of a topic's query, which are separated by “or”. */
export function parseQueryPhrases({ query }: Pick<Topic, 'query'>): string[] {
  return query
    .split(/ or /i)
    .map((phrase) => phrase.replaceAll('"', '').trim())
    .filter((phrase) => phrase !== '' && !phrase.startsWith('-'));
}

/** Full-text score from which a paper gets its second-best topic, too. Tuned on 4,770 held-out
 *  papers: a lower value floods narrow topics, a higher one misses topics of cross-field papers. */
export const SECOND_TOPIC_SCORE = 0.07;

/** Added to the full-text rank for a match in the title. */
export const TITLE_MATCH_SCORE = 0.05;

/** The topics that are shown with a paper: the best match, and the second-best if it is strong. */
export function chooseTopics<Match extends PaperTopic>(matches: readonly Match[]): Match[] {
  const [best, second] = [...matches].sort(
    (a, b) => b.score - a.score || (a.slug < b.slug ? -1 : 1),
  );
  if (!best) return [];
  return second && second.score >= SECOND_TOPIC_SCORE ? [best, second] : [best];
}
