import { sql } from 'drizzle-orm';
import { DELIVERY_STATES, type DeliveryState } from '../../domain/deliveries/delivery.ts';
import { MINUTE_MS } from '../../domain/time/units.ts';
import type { Db } from '../client.ts';

/** The deliveries of a digest by state and by when they are sent. */
export interface DeliveryCounts {
  states: Record<DeliveryState, number>;
  /** Pending or deferred, and due. */
  due: number;
  /** Claimed or being sent. */
  inProgress: number;
  /** Pending or deferred until later. */
  scheduled: number;
  /** Mails sent in the last minute, per second. */
  ratePerSecond: number;
}

const RATE_WINDOW_MS = MINUTE_MS;

interface CountedRow extends Record<string, unknown> {
  state: DeliveryState;
  isDue: boolean;
  count: number;
  recent: number;
  firstAt: string | null;
}

/** Counts the deliveries of a digest at `now`, in one statement. Batches without a lease were
 *  counted when they were released, so the cost hardly depends on the size of the audience. Counts
 *  the final states once the deliveries are pruned. */
export async function countDeliveries(
  db: Db,
  digestId: number,
  now: Date,
): Promise<DeliveryCounts> {
  const since = new Date(now.getTime() - RATE_WINDOW_MS);
  const { rows } = await db.execute<CountedRow>(sql`
    WITH here AS MATERIALIZED (
      SELECT *, states IS NULL OR claims > 0 AND coalesce(due_at <= ${now}, false) AS is_mixed
      FROM batches WHERE digest_id = ${digestId}
    ), counted AS (
      SELECT key AS state, coalesce(due_at <= ${now}, false) AS is_due, value::int AS count,
        CASE WHEN key = 'sent' AND counted_at > ${since} THEN sent_since_claim ELSE 0 END AS recent,
        greatest(claimed_at, ${since}) AS first_at
      FROM here CROSS JOIN jsonb_each_text(states) WHERE NOT is_mixed
      UNION ALL
      SELECT each.* FROM here CROSS JOIN LATERAL (
        SELECT state, next_at <= ${now} OR state = 'pending' AND is_immediate, count(*),
          count(*) FILTER (WHERE state = 'sent' AND updated_at > ${since}),
          min(updated_at) FILTER (WHERE state = 'sent' AND updated_at > ${since})
        FROM deliveries
        WHERE digest_id = ${digestId} AND batch = here.batch
        GROUP BY 1, 2
      ) AS each WHERE is_mixed
    )
    SELECT state, is_due AS "isDue", sum(count)::int AS count, sum(recent)::int AS recent,
      min(first_at) FILTER (WHERE recent > 0) AS "firstAt"
    FROM counted GROUP BY 1, 2`);
  const sum = (of: (row: (typeof rows)[number]) => boolean) =>
    rows.filter(of).reduce((total, { count }) => total + count, 0);
  const isWaiting = ({ state }: { state: DeliveryState }) =>
    state === 'pending' || state === 'deferred';
  return {
    states:
      (await findFinalStates(db, digestId)) ??
      buildStateCounts((state) => sum((row) => row.state === state)),
    due: sum((row) => isWaiting(row) && row.isDue),
    inProgress: sum(({ state }) => state === 'claimed' || state === 'sending'),
    scheduled: sum((row) => isWaiting(row) && !row.isDue),
    ratePerSecond: computeRatePerSecond(rows, now),
  };
}

/** The final states of a digest whose deliveries were pruned; null before that. */
async function findFinalStates(
  db: Db,
  digestId: number,
): Promise<Record<DeliveryState, number> | null> {
  const result = await db.execute<{ states: Record<DeliveryState, number> | null }>(
    sql`SELECT final_states AS states FROM digests WHERE id = ${digestId}`,
  );
  return result.rows[0]?.states ?? null;
}

function buildStateCounts(count: (state: DeliveryState) => number): Record<DeliveryState, number> {
  return Object.fromEntries(DELIVERY_STATES.map((state) => [state, count(state)])) as Record<
    DeliveryState,
    number
  >;
}

/** Measured from the first mail of the last minute, so that a digest that just started has a rate
 *  too. */
function computeRatePerSecond(
  rows: readonly { recent: number; firstAt: string | null }[],
  now: Date,
): number {
  const recent = rows.reduce((total, row) => total + row.recent, 0);
  const starts = rows.flatMap(({ firstAt }) => (firstAt === null ? [] : [Date.parse(firstAt)]));
  if (recent === 0) return 0;
  return recent / Math.max((now.getTime() - Math.min(...starts)) / 1000, 1);
}
