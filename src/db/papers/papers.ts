import { isDeepStrictEqual } from 'node:util';
import { eq, inArray, max, sql } from 'drizzle-orm';
import { mergePaper, mergeSourceRecord } from '../../domain/papers/merge-paper.ts';
import type {
  ListedPaper,
  PaperSourceRecord,
  StoredPaper,
  TopicPaper,
} from '../../domain/papers/paper.ts';
import type { Db } from '../client.ts';
import { papers } from '../schema.ts';
import { PAPER_COLUMNS } from './paper-columns.ts';
import { createPaperIdSetter, listSourceRecords, saveSourceRecords } from './source-records.ts';
import { writePapers } from './write-papers.ts';

/** Key of the advisory lock that is held while papers are stored. */
const SAVE_LOCK = 5_320_011;

/**
 * Stores papers by id, each once in the list, in a transaction; `mergePaper` merges known ones.
 * Returns the ids of new papers, the ids of known ones whose text or day changed (both need
 * topics), and the number of known ones that changed at all.
 */
export async function savePapers(
  db: Db,
  list: readonly ListedPaper[],
  now: Date,
): Promise<{ added: string[]; reworded: string[]; changed: number }> {
  if (list.length === 0) return { added: [], reworded: [], changed: 0 };
  // A concurrent writer must wait, and see these papers before it merges with them.
  await lockPaperWrites(db);
  const ids = list.map(({ id }) => id);
  const known = await listStoredPapers(db, ids);
  const recordsByPaper = await listSourceRecords(db, ids);
  const added: StoredPaper[] = [];
  const changed: { old: StoredPaper; merged: StoredPaper }[] = [];
  const changedRecords: (PaperSourceRecord & { paperId: string })[] = [];
  for (const paper of list) {
    const old = known.get(paper.id) ?? null;
    const mergedRecords = mergeSourceRecord(recordsByPaper.get(paper.id) ?? [], paper, now);
    const merged = mergePaper(old, paper, mergedRecords);
    changedRecords.push(
      ...mergedRecords
        .filter(({ source }) => source === paper.source)
        .map(createPaperIdSetter(paper.id)),
    );
    if (old === null) added.push(merged);
    else if (!isDeepStrictEqual(old, merged)) changed.push({ old, merged });
  }
  await writePapers(db, [...added, ...changed.map(({ merged }) => merged)], now);
  await saveSourceRecords(db, changedRecords);
  return {
    added: added.map(({ id }) => id),
    reworded: changed
      .filter(({ old, merged }) =>
        TOPIC_RELEVANT_FIELDS.some((name) => !isDeepStrictEqual(old[name], merged[name])),
      )
      .map(({ merged }) => merged.id),
    changed: changed.length,
  };
}

/** Waits until no other transaction stores or sorts papers, and keeps others waiting until this one
 *  ends. */
export async function lockPaperWrites(db: Db): Promise<void> {
  await db.execute(sql`SELECT pg_advisory_xact_lock(${SAVE_LOCK})`);
}

/** Whether the data that topics and their lists depend on differ. */
const TOPIC_RELEVANT_FIELDS = ['title', 'abstract', 'listedOn', 'categories'] as const;

async function listStoredPapers(db: Db, ids: readonly string[]): Promise<Map<string, StoredPaper>> {
  const {
    topics: _topics,
    otherTopics: _otherTopics,
    countsVotes: _countsVotes,
    countsComments: _countsComments,
    ...columns
  } = PAPER_COLUMNS;
  const rows = await db
    .select({ ...columns, withdrawnOn: papers.withdrawnOn })
    .from(papers)
    .where(sql`id = ANY(${sql.param(ids)}::text[])`);
  return new Map(rows.map((row) => [row.id, row]));
}

/** One paper with its topics, or null. */
export async function findPaper(db: Db, id: string): Promise<TopicPaper | null> {
  const [paper] = await db.select(PAPER_COLUMNS).from(papers).where(eq(papers.id, id));
  return paper ?? null;
}

/** The papers with these ids, in their order, without unknown ones. */
export async function findPapersByIds(db: Db, ids: readonly string[]): Promise<TopicPaper[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select(PAPER_COLUMNS)
    .from(papers)
    .where(inArray(papers.id, [...ids]));
  const byId = new Map(rows.map((paper) => [paper.id, paper]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** Papers usable from `first` to `last` that are not withdrawn and in no digest of `kind` yet. */
export async function listUsablePapers(
  db: Db,
  { kind, first, last }: { kind: string; first: string; last: string },
): Promise<TopicPaper[]> {
  return db
    .select(PAPER_COLUMNS)
    .from(papers)
    .where(
      sql`usable_on BETWEEN ${first} AND ${last} AND withdrawn_on IS NULL
        AND NOT EXISTS (SELECT FROM digest_papers WHERE paper_id = papers.id AND kind = ${kind})`,
    )
    .orderBy(papers.id);
}

/** When one of the papers was last changed, or null if there are none. */
export async function findLastChange(db: Db, ids: readonly string[]): Promise<Date | null> {
  const [row] = await db
    .select({ at: max(papers.updatedAt) })
    .from(papers)
    .where(inArray(papers.id, [...ids]));
  return row?.at ?? null;
}

/**
 * Runs ANALYZE, so that the statistics have the frequent words; similar papers are found by the
 * rare ones. A server does this by itself, an embedded database never.
 */
export async function analysePapers(db: Db): Promise<void> {
  await db.execute(sql`ANALYZE papers`);
}

/** Title and abstract of the newest papers after the first `offset`, the newest first. */
export async function listRecentTexts(
  db: Db,
  { limit, offset }: { limit: number; offset: number },
): Promise<{ title: string; abstract: string }[]> {
  return db
    .select({ title: papers.title, abstract: papers.abstract })
    .from(papers)
    .orderBy(sql`listed_on DESC, id`)
    .limit(limit)
    .offset(offset);
}
