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

/** Of this program; taken for as long as papers are stored. */
const SAVE_LOCK = 5_320_011;

/**
 * Stores papers by id, each once in the list, in a transaction. What becomes of a known one is
 * `mergePaper`'s to say. Returns the ids that are new, those whose words or day changed (both need
 * topics), and how many known ones were updated at all.
 */
export async function savePapers(
  db: Db,
  list: readonly ListedPaper[],
  now: Date,
): Promise<{ added: string[]; reworded: string[]; changed: number }> {
  if (list.length === 0) return { added: [], reworded: [], changed: 0 };
  // Whoever comes second must see what the first wrote before merging with it.
  await db.execute(sql`SELECT pg_advisory_xact_lock(${SAVE_LOCK})`);
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
      .filter(({ old, merged }) => TOPIC_RELEVANT_FIELDS.some((name) => old[name] !== merged[name]))
      .map(({ merged }) => merged.id),
    changed: changed.length,
  };
}

/** What topics and their lists go by. */
const TOPIC_RELEVANT_FIELDS = ['title', 'abstract', 'listedOn'] as const;

async function listStoredPapers(db: Db, ids: readonly string[]): Promise<Map<string, StoredPaper>> {
  const { topics: _topics, ...columns } = PAPER_COLUMNS;
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

/** The papers of these ids, in their order; what is not stored is left out. */
export async function findPapersByIds(db: Db, ids: readonly string[]): Promise<TopicPaper[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select(PAPER_COLUMNS)
    .from(papers)
    .where(inArray(papers.id, [...ids]));
  const byId = new Map(rows.map((paper) => [paper.id, paper]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** Papers that may be used from `first` to `last`, stand, and are in no digest of `kind` yet. */
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

/** When one of the papers was last changed, or null for none. */
export async function findLastChange(db: Db, ids: readonly string[]): Promise<Date | null> {
  const [row] = await db
    .select({ at: max(papers.updatedAt) })
    .from(papers)
    .where(inArray(papers.id, [...ids]));
  return row?.at ?? null;
}

/** Has the database learn which words papers say often. A server does so by itself, an embedded one never
 *  would: similar papers are found by the rare ones. */
export async function analysePapers(db: Db): Promise<void> {
  await db.execute(sql`ANALYZE papers`);
}

/** Title and abstract of the papers listed last, the newest first. */
export async function listRecentTexts(
  db: Db,
  limit: number,
): Promise<{ title: string; abstract: string }[]> {
  return db
    .select({ title: papers.title, abstract: papers.abstract })
    .from(papers)
    .orderBy(sql`listed_on DESC, id`)
    .limit(limit);
}
