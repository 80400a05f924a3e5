import { clearsBar } from './bar.ts';
import { createChoice, NO_SHELF } from './choice.ts';
import { DARK_HORSE_PLACE, findDarkHorse, mayHaveDarkHorse } from './dark-horse.ts';
import type { RankedPaper, Selection } from './digest.ts';
import { fill, type Room } from './fill.ts';
import { createInterest, type KeywordMatches, OWN } from './interest.ts';
import { baseScore, WEIGHTS } from './ranking.ts';
import { createShownWords } from './reading-time.ts';
import { createReasons, type ReasonContext } from './reasons.ts';
import type { Similarity } from './similarity.ts';
import { PREFERENCE_LIMITS, type Preferences } from './subscriber.ts';
import { createTaste } from './taste.ts';
import type { TermIndex } from './term-index.ts';
import { topicShare } from './topic-cap.ts';

/** What all selections of a digest share. */
export interface SelectionFacts extends ReasonContext {
  /** Of the papers by their places. */
  similarity: Similarity;
}

/** What is asked of a reader to choose. */
export interface Chooser
  extends Pick<
    Preferences,
    'topics' | 'keywords' | 'names' | 'mutedTopics' | 'papers' | 'minutes' | 'bar'
  > {
  /** What feedback taught, packed. */
  learned: string | null;
}

/** What was looked up for a reader. */
export interface Findings {
  /** Ids of papers that the reader got before. */
  seen: ReadonlySet<string>;
  keywordMatches: KeywordMatches;
  /** Needed for readers who taught something; without it that counts nothing. */
  terms: TermIndex | null;
}

/**
 * The papers that one reader sees, the lead first. Readers who follow topics, words or names get only
 * papers that match them; others the best of the day. Nothing that was seen comes again, nothing on a muted
 * topic but what is the reader's own by word or name. Empty when nothing matches, or nothing clears the bar.
 */
export type Selector = (reader: Chooser, findings: Findings) => Selection;

const NONE: readonly string[] = [];

/** A selector for a digest. What does not depend on the reader is computed here, once. */
export function createSelector(facts: SelectionFacts): Selector {
  const { papers, similarity } = facts;
  const base = Float64Array.from(papers, baseScore);
  const popularity = Float64Array.from(papers, (paper) => paper.popularity);
  const shelves = shelvesOf(papers);
  const reasons = createReasons(facts);
  const choice = createChoice(papers.length, shelves.count, similarity);
  const shownWords = createShownWords(papers);
  const interest = createInterest(papers);
  const taste = createTaste(papers.length);
  const isOwn = (place: number) => interest.values[place] === OWN;

  const offerPapers = (reader: Chooser, { seen }: Findings, hasTaste: boolean) => {
    const { values, muted } = interest;
    const hasWishes = reader.topics.length + reader.keywords.length + reader.names.length > 0;
    choice.clear(topicShare(reader.topics.length));
    for (let place = 0; place < papers.length; place += 1) {
      const mine = values[place] as number;
      if (mine === 0 && hasWishes) continue;
      if (muted[place] === 1 && mine !== OWN) continue;
      if (seen.size > 0 && seen.has((papers[place] as RankedPaper).id)) continue;
      const score = (base[place] as number) + WEIGHTS.interest * mine;
      const shelf = mine === OWN ? NO_SHELF : (shelves.of[place] as number);
      choice.offer(place, hasTaste ? score + taste.worth(place) : score, shelf);
    }
  };

  /** Returns the place of the dark horse, or null. */
  const takePapers = (room: Room): number | null => {
    if (!mayHaveDarkHorse(room, choice.offered)) {
      fill(choice, room, shownWords);
      return null;
    }
    if (!fill(choice, { ...room, papers: DARK_HORSE_PLACE }, shownWords)) return null;
    const darkHorse = findDarkHorse(popularity, interest.values, choice.isOpen);
    if (darkHorse !== null) choice.take(darkHorse);
    fill(choice, room, shownWords, darkHorse === null ? null : DARK_HORSE_PLACE);
    return darkHorse;
  };

  return (reader, findings) => {
    const { keywordMatches, terms } = findings;
    const learned = terms === null ? null : reader.learned;
    if (terms !== null && learned !== null) taste.read(terms, learned);
    interest.read(reader, keywordMatches);
    offerPapers(reader, findings, learned !== null);
    const darkHorse = takePapers(roomFor(reader));
    const clears = (place: number) =>
      isOwn(place) || clearsBar(reader.bar, popularity[place] as number);
    if (!choice.taken.some(clears)) return [];
    reasons.clear();
    return choice.taken.map((place) => {
      const { rank } = papers[place] as RankedPaper;
      const isDarkHorse = place === darkHorse;
      const reason = reasons.next({
        place,
        followed: reader.topics,
        isDarkHorse,
        byline: isOwn(place) ? interest.byline(reader.names, place) : null,
        saidKeywords: isOwn(place)
          ? reader.keywords.filter((each) => keywordMatches.get(each)?.has(rank))
          : NONE,
        told: learned === null ? 0 : taste.told(place),
        terms,
      });
      return isDarkHorse ? { rank, reason, isDarkHorse } : { rank, reason };
    });
  };
}

/** For each paper the shelf of its first topic. */
function shelvesOf(papers: readonly RankedPaper[]): { count: number; of: readonly number[] } {
  const slugs = [...new Set(papers.flatMap(({ topics: [first] }) => first?.slug ?? []))];
  const of = papers.map(({ topics: [first] }) =>
    first ? slugs.indexOf(first.slug) + 1 : NO_SHELF,
  );
  return { count: slugs.length, of };
}

function roomFor({ papers, minutes }: Chooser): Room {
  return { papers: minutes === null ? papers : PREFERENCE_LIMITS.papers.max, minutes };
}
