import type { Db } from '../db/client.ts';
import {
  type DigestSummary,
  findDigest,
  listDigestPapers,
  listDigests,
  listDigestsOfPaper,
  neighbourDates,
} from '../db/digests.ts';
import { countPapersByDay, findPaper, latestListedDay, listPapers } from '../db/papers.ts';
import { countPapersByTopic, listTopics } from '../db/topics.ts';
import type { Digest, DigestKind, RankedPaper } from '../domain/digest.ts';
import type { TopicPaper } from '../domain/paper.ts';
import { addDays, dayOf, mondayOf } from '../domain/schedule.ts';
import type { Topic } from '../domain/topics.ts';

/** The papers of a day, as the front page shows them. */
export interface DayOfPapers {
  day: string;
  number: number | null;
  /** Monday to Sunday of the day's week. */
  week: { day: string; count: number }[];
  papers: TopicPaper[];
  total: number;
  topics: (Topic & { count: number })[];
  isEmpty: boolean;
}

const PAPERS_OF_FRONT_PAGE = 40;
const PAPERS_PER_PAGE = 25;
const DIGESTS_OF_ARCHIVE = 400;

/** The newest day with papers up to today. */
export async function readLatestDay(db: Db, now: Date): Promise<DayOfPapers> {
  const today = dayOf(now);
  const latest = await latestListedDay(db, today);
  const day = latest ?? today;
  const monday = mondayOf(day);
  const counts = await countPapersByDay(db, { first: monday, last: addDays(monday, 6) });
  const { papers, total } = await listPapers(db, {
    date: day,
    order: 'discussed',
    limit: PAPERS_OF_FRONT_PAGE,
    offset: 0,
  });
  const digest = await findDigest(db, 'daily', day);
  const countsByTopic = await countPapersByTopic(db, { first: day, last: day });
  const topics = (await listTopics(db)).map((topic) => ({
    ...topic,
    count: countsByTopic.get(topic.slug) ?? 0,
  }));
  return {
    day,
    number: digest?.number ?? null,
    week: Array.from({ length: 7 }, (_, place) => addDays(monday, place)).map((each) => ({
      day: each,
      count: counts.get(each) ?? 0,
    })),
    papers,
    total,
    topics,
    isEmpty: latest === null,
  };
}

export interface PaperSearch {
  date?: string;
  topic?: string;
  text?: string;
  /** From 1. */
  page: number;
}

export interface FoundPapers {
  papers: TopicPaper[];
  total: number;
  pages: number;
}

/** One page of papers by day, topic and words: the best match first, or the most discussed of a day, or
 *  the newest day first. */
export async function searchPapers(db: Db, { page, ...search }: PaperSearch): Promise<FoundPapers> {
  const order =
    search.text !== undefined ? 'relevance' : search.date !== undefined ? 'discussed' : 'newest';
  const offset = (page - 1) * PAPERS_PER_PAGE;
  const found = await listPapers(db, { ...search, order, limit: PAPERS_PER_PAGE, offset });
  return { ...found, pages: Math.max(1, Math.ceil(found.total / PAPERS_PER_PAGE)) };
}

/** A paper and the digests that hold it, or null. */
export async function readPaperById(
  db: Db,
  id: string,
): Promise<{ paper: TopicPaper; digests: Digest[] } | null> {
  const paper = await findPaper(db, id);
  return paper && { paper, digests: await listDigestsOfPaper(db, id) };
}

/** The digests so far, the newest first. */
export async function readArchive(db: Db): Promise<DigestSummary[]> {
  return listDigests(db, DIGESTS_OF_ARCHIVE);
}

export interface ArchivedDigest {
  digest: DigestSummary;
  papers: RankedPaper[];
  previous: string | null;
  next: string | null;
}

/** A digest as it was composed, or null. */
export async function readDigest(
  db: Db,
  kind: DigestKind,
  date: string,
): Promise<ArchivedDigest | null> {
  const digest = await findDigest(db, kind, date);
  if (!digest) return null;
  return {
    digest,
    papers: await listDigestPapers(db, digest.id),
    ...(await neighbourDates(db, kind, date)),
  };
}

export { listTopics as readTopics } from '../db/topics.ts';
