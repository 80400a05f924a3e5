import type pg from 'pg';
import type { DeliveryState } from '../../domain/deliveries/delivery.ts';
import type { Selection } from '../../domain/digests/digest.ts';
import { formatNumberArray, formatTextArray, formatTimestampArray } from '../array-literal.ts';
import { toStorableText } from '../storable.ts';
import { packSelection } from './packed-selection.ts';
import { getPartitionName } from './partitions.ts';

/** A delivery that is about to be sent, with what every later try will repeat. */
export interface NextAttempt {
  subscriberId: number;
  leaseId: number;
  /** This one included. */
  attempts: number;
  selection: Selection;
  messageId: string;
  messageDate: Date;
}

/** What a try came to. */
export interface AttemptRecord {
  subscriberId: number;
  leaseId: number;
  /** Which try it was, from 1. */
  attempts: number;
  state: Extract<DeliveryState, 'sent' | 'deferred' | 'failed' | 'unknown' | 'expired'>;
  nextAt?: Date | undefined;
  relay?: string;
  reply?: string | undefined;
  detail?: string | undefined;
}

export interface RecordedAttempts {
  /** How many results are recorded; the lease of the others had ended. */
  resultCount: number;
  /** Subscribers whose deliveries are `sending` from now on, and may be sent. */
  sendableIds: Set<number>;
}

/**
 * Records results and marks the next tries `sending`, in one statement and so in one commit: only
 * what is in `going` may leave. A delivery goes only under a lease that lives, of a digest that is
 * neither paused nor cancelled, when its reader has not left. Safe to repeat when the answer of the
 * database was lost.
 */
export async function recordAttempts(
  pool: pg.Pool,
  digestId: number,
  {
    results,
    next,
    now,
  }: { results: readonly AttemptRecord[]; next: readonly NextAttempt[]; now: Date },
): Promise<RecordedAttempts> {
  const table = getPartitionName(digestId);
  const response = await queryPrepared<{ results: number; going: string[] }>(pool, {
    name: `record-${digestId}`,
    text: buildRecordStatement(table, digestId),
    values: [
      now,
      formatNumberArray(results.map(({ subscriberId }) => subscriberId)),
      formatNumberArray(results.map(({ leaseId }) => leaseId)),
      formatNumberArray(results.map(({ attempts }) => attempts)),
      formatTextArray(results.map(({ state }) => state)),
      formatTimestampArray(results.map(({ nextAt }) => nextAt)),
      formatTextArray(results.map(({ relay }) => relay)),
      formatTextArray(results.map(({ reply }) => toStorableReply(reply))),
      formatTextArray(results.map(({ detail }) => toStorableReply(detail))),
      formatNumberArray(next.map(({ subscriberId }) => subscriberId)),
      formatNumberArray(next.map(({ leaseId }) => leaseId)),
      formatNumberArray(next.map(({ attempts }) => attempts)),
      next.map(({ selection }) => packSelection(selection)).join(UNIT_SEPARATOR),
      formatTextArray(next.map(({ messageId }) => messageId)),
      formatTimestampArray(next.map(({ messageDate }) => messageDate)),
    ],
  });
  const [row] = response.rows;
  const recordedCount = row?.results ?? 0;
  const isIncomplete = recordedCount < results.length;
  return {
    resultCount: isIncomplete ? await countRecorded(pool, digestId, results, now) : recordedCount,
    sendableIds: new Set((row?.going ?? []).map(Number)),
  };
}

/** How many of these results stand, whether they were written now or by a first statement whose answer
 *  was lost. */
async function countRecorded(
  pool: pg.Pool,
  digestId: number,
  results: readonly AttemptRecord[],
  now: Date,
): Promise<number> {
  const { rows } = await pool.query<{ recorded: number }>(
    `SELECT count(*)::int AS recorded FROM ${getPartitionName(digestId)} AS delivery
     JOIN unnest($1::bigint[], $2::text[]) AS tried (subscriber_id, state)
       ON delivery.subscriber_id = tried.subscriber_id AND delivery.state = tried.state
     WHERE delivery.digest_id = ${digestId} AND lease_id IS NULL AND updated_at = $3`,
    [
      formatNumberArray(results.map(({ subscriberId }) => subscriberId)),
      formatTextArray(results.map(({ state }) => state)),
      now,
    ],
  );
  return rows[0]?.recorded ?? 0;
}

/** Pools behind which prepared statements get lost: PgBouncer in transaction mode. */
const poolsWithoutPreparedStatements = new WeakSet<pg.Pool>();

/** Asks by a prepared statement, where such statements last. */
async function queryPrepared<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  { name, ...query }: pg.QueryConfig & { name: string },
): Promise<pg.QueryResult<Row>> {
  if (poolsWithoutPreparedStatements.has(pool)) return pool.query<Row>(query);
  try {
    return await pool.query<Row>({ name, ...query });
  } catch (error) {
    if (!STATEMENT_LOST_CODES.has((error as { code?: string }).code ?? '')) throw error;
    poolsWithoutPreparedStatements.add(pool);
    return pool.query<Row>(query);
  }
}

/** Invalid name of a statement, and one that is there already (PostgreSQL manual, appendix A). */
const STATEMENT_LOST_CODES = new Set(['26000', '42P05']);

/** A reader who was erased has no Message-ID left: of such a one only the state is kept. A statement that
 *  the database stops over and runs when it was given up long ago finds its try over: the number of the try
 *  is a fence beside the lease. `sending`
 *  stands among the states that may become `sending` for a commit whose answer was lost: what is in
 *  `next` has certainly not been sent. The lists stand in a SELECT of their own to hide their lengths:
 *  else PostgreSQL finds a plan for those few dearer than one for the usual ten, and plans each time. */
function buildRecordStatement(table: string, digestId: number): string {
  return `
    WITH result AS (
      UPDATE ${table} AS delivery SET
        state = tried.state,
        next_at = coalesce(tried.next_at, delivery.next_at),
        relay = tried.relay,
        reply = CASE WHEN delivery.message_id IS NOT NULL THEN tried.reply END,
        detail = CASE WHEN delivery.message_id IS NOT NULL THEN tried.detail END,
        lease_id = NULL,
        updated_at = $1
      FROM unnest(
        (SELECT $2::bigint[]), (SELECT $3::bigint[]), (SELECT $4::smallint[]), (SELECT $5::text[]),
        (SELECT $6::timestamptz[]), (SELECT $7::text[]), (SELECT $8::text[]), (SELECT $9::text[]))
        AS tried (subscriber_id, lease_id, attempts, state, next_at, relay, reply, detail)
      WHERE delivery.digest_id = ${digestId} AND delivery.subscriber_id = tried.subscriber_id
        AND delivery.lease_id = tried.lease_id AND delivery.attempts = tried.attempts
        AND delivery.state = 'sending'
      RETURNING 1
    ), going AS (
      UPDATE ${table} AS delivery SET
        state = 'sending',
        attempts = next.attempts,
        selection = next.selection,
        message_id = next.message_id,
        message_date = next.message_date,
        reply = NULL,
        detail = NULL,
        updated_at = $1
      FROM unnest(
        (SELECT $10::bigint[]), (SELECT $11::bigint[]), (SELECT $12::smallint[]),
        (SELECT string_to_array($13, E'\\x1f')), (SELECT $14::text[]), (SELECT $15::timestamptz[]))
        AS next (subscriber_id, lease_id, attempts, selection, message_id, message_date)
      WHERE delivery.digest_id = ${digestId} AND delivery.subscriber_id = next.subscriber_id
        AND delivery.lease_id = next.lease_id
        AND delivery.attempts = next.attempts - CASE delivery.state WHEN 'claimed' THEN 1 ELSE 0 END
        AND delivery.state IN ('claimed', 'sending')
        AND EXISTS (SELECT FROM leases WHERE id = next.lease_id AND expires_at > clock_timestamp())
        AND EXISTS (
          SELECT FROM digests WHERE id = ${digestId} AND paused_at IS NULL AND cancelled_at IS NULL)
      RETURNING delivery.subscriber_id
    )
    SELECT (SELECT count(*)::int FROM result) AS results, ARRAY(SELECT subscriber_id FROM going) AS going`;
}

/** What relays say may hold anything. */
const toStorableReply = (text: string | undefined) =>
  text === undefined ? null : toStorableText(text);

/** Never stands in JSON, where it is escaped. To quote every quote in an array of texts would take
 *  longer than to write it down. */
const UNIT_SEPARATOR = '\x1f';
