import { sql } from 'drizzle-orm';
import { beforeEach } from 'vitest';
import type { Db } from '../../../src/db/client.ts';
import type { DeliveryState } from '../../../src/domain/deliveries/delivery.ts';
import type { DigestKind } from '../../../src/domain/digests/digest.ts';
import type { Subscriber } from '../../../src/domain/subscribers/subscriber.ts';
import { composeDigest } from '../../../src/services/digests/compose-digest.ts';
import { useDatabase } from '../../support/database.ts';
import { createRecordingQueue, type RecordingQueue } from '../../support/recording-queue.ts';
import { buildPaper, storeSubscriber, syncBatchesWithDeliveries } from '../../support/rows.ts';

/** A paper that is usable from `day` on. */
export const buildPaperOf = (day: string, id?: string) =>
  buildPaper({ listedOn: day, usableOn: day, ...(id !== undefined && { id }) });

/** The send time of each pending delivery, by subscriber id. */
export async function listSendTimes(
  db: Db,
  digestId: number | undefined,
): Promise<Record<number, string>> {
  const { rows } = await db.execute<{ id: string; at: string }>(sql`
    SELECT subscriber_id AS id, send_at AS at FROM deliveries
    WHERE digest_id = ${digestId ?? 0} AND state = 'pending' AND next_at = send_at`);
  return Object.fromEntries(rows.map(({ id, at }) => [id, new Date(at).toISOString()]));
}

/** Digests in the database of this test file, without a sender. Each test starts with an empty
 *  database and a new queue. */
export function useDigestFixture() {
  const database = useDatabase();
  let queue: RecordingQueue;

  beforeEach(async () => {
    await database.empty();
    queue = createRecordingQueue();
  });

  async function setStates(states: Partial<Record<DeliveryState, number>>): Promise<void> {
    const list = Object.entries(states).flatMap(([state, count]) => Array(count).fill(state));
    await database.db.execute(sql`
      WITH wanted AS (
        SELECT state, place FROM unnest(${sql.param(list)}::text[]) WITH ORDINALITY AS given (state, place)
      ), held AS (
        SELECT subscriber_id, row_number() OVER (ORDER BY subscriber_id) AS place FROM deliveries
      )
      UPDATE deliveries SET state = wanted.state,
        lease_id = CASE WHEN wanted.state IN ('claimed', 'sending') THEN 1 END
      FROM wanted JOIN held USING (place) WHERE deliveries.subscriber_id = held.subscriber_id`);
    await syncBatchesWithDeliveries(database.db);
  }

  async function storeLease(expires: 'is over' | 'is alive'): Promise<number> {
    const seconds = expires === 'is over' ? -1 : 60;
    const { rows } = await database.db.execute<{ id: string }>(sql`
      INSERT INTO leases (instance_id, expires_at, expired_seen_at)
      VALUES ('test', clock_timestamp() + make_interval(secs => ${seconds}),
        CASE WHEN ${expires === 'is over'} THEN timestamptz 'epoch' END)
      RETURNING id`);
    return Number(rows[0]?.id);
  }

  return {
    database,
    get queue() {
      return queue;
    },
    /** @defaultValue composed at 05:30 of its day */
    compose: (kind: DigestKind, date: string, now = new Date(`${date}T05:30:00Z`)) =>
      composeDigest(database.db, { kind, date, now }),
    subscriber: (changes: Partial<Subscriber> = {}) => storeSubscriber(database.db, changes),
    /** Sets so many deliveries to each state, in the order of their subscribers; claimed ones
     *  belong to lease 1. */
    setStates,
    storeLease,
  };
}
