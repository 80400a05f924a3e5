import { sql } from 'drizzle-orm';
import type { ThrottleState } from '../../domain/deliveries/domain-throttle.ts';
import { HOUR_MS } from '../../domain/time/units.ts';
import type { Db } from '../client.ts';
import { toJson } from '../json.ts';

/** How long a throttle is remembered after its back-off, in ms. */
const MEMORY_MS = HOUR_MS;

/** Throttles that are stored at most: when more domains ask to slow down, it is the relay that
 *  does. */
const MAX_STORED = 1000;

/** The throttles that workers have stored, the latest ones first. */
export async function listDomainThrottles(
  db: Db,
  now: Date,
): Promise<(ThrottleState & { domain: string })[]> {
  const { rows } = await db.execute<{
    domain: string;
    concurrencyLimit: number;
    backoffMs: number;
    backoffUntil: string;
  }>(sql`
    SELECT domain, concurrency_limit AS "concurrencyLimit", backoff_ms AS "backoffMs",
      backoff_until AS "backoffUntil"
    FROM domain_throttles WHERE backoff_until > ${forgottenAt(now)}
    ORDER BY backoff_until DESC LIMIT ${MAX_STORED}`);
  return rows.map(({ backoffUntil, ...row }) => ({
    ...row,
    backoffUntilMs: new Date(backoffUntil).getTime(),
  }));
}

/** Stores throttles for the other workers, and for this one after a restart. The later back-off of
 *  a domain counts. */
export async function storeDomainThrottles(
  db: Db,
  throttles: ReadonlyMap<string, ThrottleState>,
  now: Date,
): Promise<void> {
  if (throttles.size === 0) return;
  await removeForgottenThrottles(db, now);
  const rows = [...throttles].map(([domain, { backoffUntilMs, ...state }]) => ({
    ...{ domain, ...state },
    backoffUntil: new Date(backoffUntilMs),
  }));
  await db.execute(sql`
    INSERT INTO domain_throttles AS known (domain, concurrency_limit, backoff_ms, backoff_until)
    SELECT domain, "concurrencyLimit", "backoffMs", "backoffUntil"
    FROM jsonb_to_recordset(${toJson(rows)}::jsonb) AS throttled (
      domain text, "concurrencyLimit" integer, "backoffMs" integer, "backoffUntil" timestamptz)
    WHERE (SELECT count(*) FROM domain_throttles) < ${MAX_STORED}
    ORDER BY domain
    ON CONFLICT (domain) DO UPDATE SET concurrency_limit = excluded.concurrency_limit,
      backoff_ms = excluded.backoff_ms, backoff_until = excluded.backoff_until
    WHERE known.backoff_until < excluded.backoff_until`);
}

/** Removes the throttles of domains that accept mail again. A back-off that another worker has
 *  stored meanwhile stays. */
export async function removeDomainThrottles(
  db: Db,
  domains: readonly string[],
  now: Date,
): Promise<void> {
  if (domains.length === 0) return;
  await db.execute(sql`
    DELETE FROM domain_throttles
    WHERE domain = ANY(${sql.param([...domains])}::text[]) AND backoff_until <= ${now}`);
}

/** Removes throttles whose back-off ended long ago. @returns how many. */
export async function removeForgottenThrottles(db: Db, now: Date): Promise<number> {
  const removed = await db.execute(
    sql`DELETE FROM domain_throttles WHERE backoff_until <= ${forgottenAt(now)}`,
  );
  return removed.rowCount ?? 0;
}

const forgottenAt = (now: Date) => new Date(now.getTime() - MEMORY_MS);
