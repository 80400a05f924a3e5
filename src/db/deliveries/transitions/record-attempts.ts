import type pg from 'pg';
import type { Selection } from '../../../domain/digests/digest.ts';
import { formatNumberArray, formatTextArray, formatTimestampArray } from '../../array-literal.ts';
import { toStorableText } from '../../storable.ts';
import { LIVE_LEASE } from '../leases.ts';
import { packSelection } from '../packed-selection.ts';
import { getPartitionName } from '../partitions.ts';
import type { Transitions } from './transition.ts';

/** `sending` is committed before a message leaves: no crash can send it twice. */
export const RECORD_ATTEMPT_TRANSITIONS = {
  claimed: ['sending'],
  sending: ['pending', 'sent', 'deferred', 'failed', 'unknown', 'expired'],
} as const satisfies Transitions;

/** A delivery that is about to be sent, with what each retry repeats. */
export interface NextAttempt {
  subscriberId: number;
  leaseId: number;
  /** Including this one. */
  attempts: number;
  selection: Selection;
  messageId: string;
  messageDate: Date;
}

/** The result of an attempt. One without a relay was not begun, or cancelled before its final
 *  dot. */
export interface AttemptRecord {
  subscriberId: number;
  leaseId: number;
  /** The number of this attempt, from 1. */
  attempts: number;
  state: (typeof RECORD_ATTEMPT_TRANSITIONS)['sending'][number];
  nextAt?: Date | undefined;
  relay?: string;
  reply?: string | undefined;
  detail?: string | undefined;
}

export interface RecordedAttempts {
  /** The results that this statement did not record: their lease had ended, or an earlier statement
   *  whose answer was lost has recorded them. */
  unrecorded: AttemptRecord[];
  /** Subscribers whose deliveries are `sending` now: only these may be sent. */
  sendableIds: Set<number>;
}

/**
 * Records results and marks the next deliveries as `sending`, in one statement and so in one
 * commit. A delivery is sendable only under a live lease, when its digest is neither paused nor
 * cancelled and the delivery was not skipped. Idempotent: the answer of the database may be lost.
 */
export async function recordAttempts(
  pool: pg.Pool,
  digestId: number,
  changes: { results: readonly AttemptRecord[]; next: readonly NextAttempt[]; now: Date },
): Promise<RecordedAttempts> {
  const { results, next, now } = changes;
  const table = getPartitionName(digestId);
  const response = await queryPrepared<{ recorded: string[]; sendable: string[] }>(pool, {
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
  const recordedIds = new Set((row?.recorded ?? []).map(Number));
  return {
    unrecorded: results.filter(({ subscriberId }) => !recordedIds.has(subscriberId)),
    sendableIds: new Set((row?.sendable ?? []).map(Number)),
  };
}

/** Pools that lose prepared statements: those behind PgBouncer in transaction mode. */
const poolsWithoutPreparedStatements = new WeakSet<pg.Pool>();

/** Runs a query as a prepared statement, unless the pool loses those. */
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

/** Invalid statement name, duplicate prepared statement (PostgreSQL manual, appendix A). */
const STATEMENT_LOST_CODES = new Set(['26000', '42P05']);

/**
 * A result is fenced by the lease and by the number of the attempt: a statement that runs after its
 * timeout finds a higher number and changes nothing. The deliveries in `next` may be `sending`
 * already, if the response to an earlier commit was lost; none of them has been sent. An attempt
 * that was not begun counts all the same, so that no late statement matches the next one.
 *
 * An erased subscriber has no Message-ID, and only the state of their delivery is kept.
 *
 * Each list is a SELECT of its own to hide its length: else PostgreSQL would estimate a custom plan
 * for a few rows as cheaper than the generic plan and plan every time.
 */
function buildRecordStatement(table: string, digestId: number): string {
  return `
    WITH result AS (
      UPDATE ${table} AS delivery SET
        state = attempt.state,
        next_at = coalesce(attempt.next_at, delivery.next_at),
        relay = attempt.relay,
        reply = CASE WHEN delivery.message_id IS NOT NULL THEN attempt.reply END,
        detail = CASE WHEN delivery.message_id IS NOT NULL THEN attempt.detail END,
        lease_id = NULL,
        updated_at = $1
      FROM unnest(
        (SELECT $2::bigint[]), (SELECT $3::bigint[]), (SELECT $4::smallint[]), (SELECT $5::text[]),
        (SELECT $6::timestamptz[]), (SELECT $7::text[]), (SELECT $8::text[]), (SELECT $9::text[]))
        AS attempt (subscriber_id, lease_id, attempts, state, next_at, relay, reply, detail)
      WHERE delivery.digest_id = ${digestId} AND delivery.subscriber_id = attempt.subscriber_id
        AND delivery.lease_id = attempt.lease_id AND delivery.attempts = attempt.attempts
        AND delivery.state = 'sending'
      RETURNING delivery.subscriber_id
    ), sendable AS (
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
        AND EXISTS (SELECT FROM leases WHERE id = next.lease_id AND ${LIVE_LEASE})
        AND EXISTS (
          SELECT FROM digests WHERE id = ${digestId} AND paused_at IS NULL AND cancelled_at IS NULL)
      RETURNING delivery.subscriber_id
    )
    SELECT ARRAY(SELECT subscriber_id FROM result) AS recorded,
      ARRAY(SELECT subscriber_id FROM sendable) AS sendable`;
}

/** Replies may hold any bytes. */
const toStorableReply = (text: string | undefined) =>
  text === undefined ? null : toStorableText(text);

/** Separates selections in one text. Never part of JSON, which escapes it; an array of texts would
 *  have to escape every quote, which is slower. */
const UNIT_SEPARATOR = '\x1f';
