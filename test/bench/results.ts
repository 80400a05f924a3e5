/** What the rows of the digest say of its sending. */
export interface SentSummary {
  /** Readers whose mail the relay took. */
  count: number;
  /** Of them, those recorded after the first result. */
  afterFirst: number;
  /** When composing began. */
  composedAt: Date;
  firstAt: Date;
  lastAt: Date;
}

/** Runs a query and returns its rows; on `pg` and on PGlite. */
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

/**
 * Messages a second between the first and the last recorded result; all of them over `sendMs` when
 * one moment holds every result, as with a handful of readers.
 */
export function messagesPerSecond(
  { count, afterFirst, firstAt, lastAt }: SentSummary,
  sendMs: number,
): number {
  const ms = lastAt.getTime() - firstAt.getTime();
  return ms > 0 ? afterFirst / (ms / 1000) : count / (sendMs / 1000);
}
