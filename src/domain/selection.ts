import type { DigestKind, RankedPaper, Selection } from './digest.ts';
import { baseScore, WEIGHTS } from './ranking.ts';
import { describeReason } from './reason.ts';
import type { Similarity } from './similarity.ts';
import type { Preferences } from './subscriber.ts';

/** What all selections of a digest share. */
export interface SelectionPool {
  kind: DigestKind;
  papers: readonly RankedPaper[];
  similarity: Similarity;
  /** For each keyword, the ranks of the papers that say it. */
  keywordMatches: ReadonlyMap<string, ReadonlySet<number>>;
  topicNames: ReadonlyMap<string, string>;
  /** The rank of the paper that may be called the most discussed, or null. */
  mostDiscussedRank: number | null;
}

type Reader = Pick<Preferences, 'topics' | 'keywords' | 'papers'>;

interface Candidate {
  paper: RankedPaper;
  interest: number;
  score: number;
}

/** Share of relevance against newness in a pick (maximal marginal relevance, Carbonell 1998). */
const LAMBDA = 0.75;

/** The place of the dark horse, after the lead and three stories; smaller selections have none. */
const DARK_HORSE_PLACE = 4;
const DARK_HORSE_POPULARITY = 0.3;

/**
 * The papers that one reader sees, the lead first. Readers who follow topics or words get only
 * papers that match them; others the best of the day. Nothing in `seen` comes again. May be empty.
 */
export function selectPapers(
  pool: SelectionPool,
  reader: Reader,
  seen: ReadonlySet<string>,
): Selection {
  const candidates = candidatesFor(pool, reader, seen);
  const hasDarkHorse =
    reader.papers > DARK_HORSE_PLACE + 1 && candidates.length > DARK_HORSE_PLACE + 1;
  const chosen = pickDiverse(
    candidates,
    hasDarkHorse ? DARK_HORSE_PLACE : reader.papers,
    [],
    pool.similarity,
  );
  const darkHorse = hasDarkHorse ? findDarkHorse(candidates, chosen) : undefined;
  if (darkHorse) chosen.push(darkHorse);
  if (hasDarkHorse)
    chosen.push(...pickDiverse(candidates, reader.papers - chosen.length, chosen, pool.similarity));
  return chosen.map((candidate) => {
    const isDarkHorse = candidate === darkHorse;
    const reason = reasonFor(pool, reader, candidate.paper, isDarkHorse);
    return { rank: candidate.paper.rank, reason, ...(isDarkHorse && { isDarkHorse }) };
  });
}

function candidatesFor(
  pool: SelectionPool,
  reader: Reader,
  seen: ReadonlySet<string>,
): Candidate[] {
  const hasWishes = reader.topics.length > 0 || reader.keywords.length > 0;
  const candidates: Candidate[] = [];
  for (const paper of pool.papers) {
    if (seen.has(paper.id)) continue;
    const interest = interestIn(pool, reader, paper);
    if (hasWishes && interest === 0) continue;
    candidates.push({ paper, interest, score: baseScore(paper) + WEIGHTS.interest * interest });
  }
  return candidates;
}

/** 0 to 1: 1 for a paper that says one of the reader's words, else by its best followed topic. */
function interestIn(pool: SelectionPool, reader: Reader, paper: RankedPaper): number {
  if (reader.keywords.some((keyword) => pool.keywordMatches.get(keyword)?.has(paper.rank)))
    return 1;
  let best = 0;
  for (const { slug, score } of paper.topics) {
    if (reader.topics.includes(slug)) best = Math.max(best, score / (score + 0.1));
  }
  return best;
}

/** Up to `count` more candidates, each the best of what is left when likeness to those chosen counts
 *  against it. */
function pickDiverse(
  candidates: readonly Candidate[],
  count: number,
  already: readonly Candidate[],
  similarity: Similarity,
): Candidate[] {
  const left = candidates
    .filter((candidate) => !already.includes(candidate))
    .map((candidate) => ({ candidate, likeness: likenessTo(candidate, already, similarity) }));
  const picked: Candidate[] = [];
  while (picked.length < count && left.length > 0) {
    let best = 0;
    for (let place = 1; place < left.length; place++) {
      if (marginal(left[place]) > marginal(left[best])) best = place;
    }
    const [next] = left.splice(best, 1);
    if (!next) break;
    picked.push(next.candidate);
    for (const other of left) {
      const likeness = similarity(other.candidate.paper.rank, next.candidate.paper.rank);
      if (likeness > other.likeness) other.likeness = likeness;
    }
  }
  return picked;
}

function marginal(entry: { candidate: Candidate; likeness: number } | undefined): number {
  return entry
    ? LAMBDA * entry.candidate.score - (1 - LAMBDA) * entry.likeness
    : Number.NEGATIVE_INFINITY;
}

function likenessTo(
  candidate: Candidate,
  others: readonly Candidate[],
  similarity: Similarity,
): number {
  return Math.max(0, ...others.map((other) => similarity(candidate.paper.rank, other.paper.rank)));
}

function findDarkHorse(
  candidates: readonly Candidate[],
  chosen: readonly Candidate[],
): Candidate | undefined {
  let best: Candidate | undefined;
  for (const candidate of candidates) {
    if (candidate.interest === 0 || candidate.paper.popularity >= DARK_HORSE_POPULARITY) continue;
    if (chosen.includes(candidate)) continue;
    if (!best || candidate.interest > best.interest) best = candidate;
  }
  return best;
}

function reasonFor(
  pool: SelectionPool,
  reader: Reader,
  paper: RankedPaper,
  isDarkHorse: boolean,
): string {
  const nameOf = (slug: string) => pool.topicNames.get(slug) ?? slug;
  const [topic] = paper.topics;
  return describeReason({
    kind: pool.kind,
    followedTopics: paper.topics
      .filter(({ slug }) => reader.topics.includes(slug))
      .map(({ slug }) => nameOf(slug)),
    saidKeywords: reader.keywords.filter((keyword) =>
      pool.keywordMatches.get(keyword)?.has(paper.rank),
    ),
    isMostDiscussed: paper.rank === pool.mostDiscussedRank,
    popularity: paper.popularity,
    hasCode: paper.codeUrl !== null,
    isUndiscussed: paper.upvotes + paper.comments === 0,
    isDarkHorse,
    topic: topic ? nameOf(topic.slug) : null,
  });
}
