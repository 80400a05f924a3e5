/** Totals of the sent deliveries of a digest. */
export interface SentSummary {
  /** Number of sent deliveries. */
  count: number;
  /** Number of them recorded after the first result. */
  afterFirst: number;
  /** When composing started. */
  composedAt: Date;
  firstAt: Date;
  lastAt: Date;
}

/** Runs a query and returns its rows, on `pg` or on PGlite. */
export type ReadSql = (sql: string) => Promise<Record<string, unknown>[]>;

/** Reads the results of the digest of a day. @throws Error when nothing was sent. */
export async function readSentSummary(query: ReadSql, day: string): Promise<SentSummary> {
  const [row] = await query(`
    SELECT count(*)::int AS count, count(*) FILTER (WHERE at > first)::int AS "afterFirst",
           min(composed_at) AS "composedAt", min(first) AS "firstAt", max(at) AS "lastAt"
    FROM (
      SELECT composed_at, updated_at AS at, min(updated_at) OVER () AS first
      FROM deliveries JOIN digests ON digests.id = digest_id
      WHERE state = 'sent' AND kind = 'daily' AND date = '${day}'
    ) AS sent`);
  const sent = row as unknown as SentSummary | undefined;
  if (!sent || sent.count === 0) throw new Error('Nothing was sent: there is nothing to measure.');
  return sent;
}

/** Bytes of the deliveries of the digest of a day, with their indexes. */
export async function readTableBytes(query: ReadSql, day: string): Promise<number> {
  const [row] = await query(`
    SELECT pg_total_relation_size(format('deliveries_%s', id)::regclass)::float8 AS bytes
    FROM digests WHERE kind = 'daily' AND date = '${day}'`);
  return Number(row?.bytes);
}

/**
 * Messages per second between the first and the last result. When all results have one timestamp,
 * as with a handful of subscribers, all of them over `sendMs`.
 */
export function messagesPerSecond(
  { count, afterFirst, firstAt, lastAt }: SentSummary,
  sendMs: number,
): number {
  const ms = lastAt.getTime() - firstAt.getTime();
  return ms > 0 ? afterFirst / (ms / 1000) : count / (sendMs / 1000);
}
