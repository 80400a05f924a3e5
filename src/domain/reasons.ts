import type { DigestKind, RankedPaper } from './digest.ts';
import { findFigure } from './figure.ts';
import type { Byline } from './names.ts';
import { discussion } from './ranking.ts';
import { describeReasons, REASON_KINDS, type Reason } from './reason.ts';
import { TOLD_KEYS, toldTerms } from './taste.ts';
import type { TermIndex } from './term-index.ts';

/** What all reasons of a digest share. */
export interface ReasonContext {
  kind: DigestKind;
  papers: readonly RankedPaper[];
  topicNames: ReadonlyMap<string, string>;
  /** The rank of the paper that may be called the most discussed, or null. */
  mostDiscussedRank: number | null;
}

/** What makes a paper one for a reader. */
export interface Ground {
  place: number;
  /** Slugs that the reader follows. */
  followed: readonly string[];
  isDarkHorse: boolean;
  byline: Byline | null;
  saidKeywords: readonly string[];
  /** As `Taste.told` gives it, of these terms. */
  told: number;
  terms: TermIndex | null;
}

/** Gives the reasons of one selection after the other. */
export interface Reasons {
  /** Begins a selection. */
  clear(): void;
  /** The reason of its next paper: of what is true of it, what the papers before told least often. */
  next(ground: Ground): string;
}

/** A reason that may have its turn. */
interface Turn {
  /** Place of its kind among all. */
  kindAt: number;
  sentence: string;
}

/** Reasons that one paper has for readers whom it concerns alike: few, as each is rendered with the paper. */
const MOST_REASONS = 3;

/** In characters. */
const MOST_FIGURE = 12;

/** Reasons for the papers of a digest, described once for all readers whom a paper concerns alike. */
export function createReasons({
  kind,
  papers,
  topicNames,
  mostDiscussedRank,
}: ReasonContext): Reasons {
  const nameOf = (slug: string) => topicNames.get(slug) ?? slug;
  const leaders = leadersByTopic(papers);
  const shelves = papers.map((paper) => ({
    paper,
    slugs: paper.topics.map(({ slug }) => slug),
    known: new Map<number, Turn[]>(),
    figure: once(() => shortFigure(paper.abstract)),
  }));
  type Shelf = (typeof shelves)[number];
  const times = new Uint8Array(REASON_KINDS.length);

  const describe = ({ paper, slugs, figure }: Shelf, ground: Ground): Turn[] => {
    const followed = slugs.filter((slug) => ground.followed.includes(slug));
    const other = slugs.find((slug) => !followed.includes(slug));
    const leader = leaders.get(followed[0] ?? '');
    const reasons = describeReasons({
      kind,
      byline: ground.byline,
      saidKeywords: ground.saidKeywords,
      learnedTerms: ground.terms === null ? [] : toldTerms(ground.terms, ground.place, ground.told),
      followedTopics: followed.map(nameOf),
      otherTopic: other === undefined ? null : nameOf(other),
      isMostDiscussed: paper.rank === mostDiscussedRank,
      leadsTopicOf: leader?.paper === paper ? leader.papers : 0,
      popularity: paper.popularity,
      hasCode: paper.codeUrl !== null,
      figure: figure(),
      isUndiscussed: paper.upvotes + paper.comments === 0,
      isDarkHorse: ground.isDarkHorse,
    });
    return turned(reasons, paper.rank)
      .slice(0, MOST_REASONS)
      .map(({ kind: told, sentence }) => ({ kindAt: REASON_KINDS.indexOf(told), sentence }));
  };

  const reasonsFor = (ground: Ground): Turn[] => {
    const shelf = shelves[ground.place] as Shelf;
    if (ground.byline !== null || ground.saidKeywords.length > 0) return describe(shelf, ground);
    const key = keyOf(shelf.slugs, ground);
    const before = shelf.known.get(key);
    if (before !== undefined) return before;
    const reasons = describe(shelf, ground);
    shelf.known.set(key, reasons);
    return reasons;
  };

  return {
    clear: () => void times.fill(0),
    next: (ground) => {
      const turns = reasonsFor(ground);
      let best = turns[0] as Turn;
      for (let at = 1; at < turns.length; at += 1) {
        const turn = turns[at] as Turn;
        if ((times[turn.kindAt] as number) < (times[best.kindAt] as number)) best = turn;
      }
      times[best.kindAt] = (times[best.kindAt] as number) + 1;
      return best.sentence;
    },
  };
}

/** The number that an abstract is proudest of, when it is short enough for a sentence. */
function shortFigure(abstract: string): string | null {
  const figure = findFigure(abstract)?.figure ?? null;
  return figure === null || figure.length > MOST_FIGURE ? null : figure;
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Which of its topics a reader follows, whether it is the dark horse and what was learned, as one number. */
function keyOf(slugs: readonly string[], { followed, isDarkHorse, told }: Ground): number {
  let key = isDarkHorse ? 1 : 0;
  for (let bit = 0; bit < slugs.length; bit += 1) {
    if (followed.includes(slugs[bit] as string)) key += 2 ** (bit + 1);
  }
  return key * TOLD_KEYS + told;
}

/** Papers that are alike begin with different remarks; what only one paper can claim stays first. */
function turned(reasons: readonly Reason[], rank: number): Reason[] {
  const isRemark = ({ kind }: Reason) => kind !== 'leading' && kind !== 'plain' && kind !== 'other';
  const remarks = reasons.filter(isRemark);
  const start = remarks.length === 0 ? 0 : rank % remarks.length;
  return [
    ...reasons.filter(({ kind }) => kind === 'leading'),
    ...remarks.slice(start),
    ...remarks.slice(0, start),
    ...reasons.filter(({ kind }) => kind === 'plain' || kind === 'other'),
  ];
}

/** For each topic, how many papers it has and which of them is discussed most; without those that nobody
 *  discusses. */
function leadersByTopic(
  papers: readonly RankedPaper[],
): Map<string, { paper: RankedPaper; papers: number }> {
  const leaders = new Map<string, { paper: RankedPaper; papers: number }>();
  const slugs = new Set(papers.flatMap(({ topics }) => topics.map(({ slug }) => slug)));
  for (const slug of slugs) {
    const onTopic = papers.filter(({ topics }) => topics.some((topic) => topic.slug === slug));
    const paper = onTopic.reduce((best, each) =>
      discussion(each) > discussion(best) ? each : best,
    );
    if (discussion(paper) > 0) leaders.set(slug, { paper, papers: onTopic.length });
  }
  return leaders;
}
