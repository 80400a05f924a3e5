import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../../src/db/client.ts';
import {
  eraseDeliveriesOf,
  findDelivery,
  listSubscriberDeliveries,
} from '../../../src/db/deliveries/deliveries.ts';
import { listSubscriberSelections } from '../../../src/db/deliveries/subscriber-selections.ts';
import { skipDeliveriesOf } from '../../../src/db/deliveries/transitions/skip-subscriber.ts';
import * as schema from '../../../src/db/schema.ts';
import { findQuietSince } from '../../../src/db/subscribers/quiet-days.ts';
import { EMPTY_SELECTION_DETAILS } from '../../../src/domain/digests/empty-selection.ts';
import { eraseAddress } from '../../../src/services/subscribers/erase-address.ts';
import { useDatabase } from '../../support/database.ts';
import { suppressionKey } from '../../support/keys.ts';
import { storeSubscriber } from '../../support/rows.ts';

const database = useDatabase();
const PARTITIONS = 200;
const MAX_LOCKS = 10;

let subscriberId: number;
let digestIds: number[];
let mostLocks: number;
let counted: Db;

/** A pool that counts the locks of the tables that hold deliveries after each statement, whether or
 *  not it is in a transaction. */
class LockCountingPool {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async query(query: pg.QueryConfig, values?: unknown[]) {
    const client = await this.connect();
    try {
      await client.query({ text: 'BEGIN' });
      const result = await client.query(query, values);
      await client.query({ text: 'COMMIT' });
      return result;
    } finally {
      client.release();
    }
  }

  async connect() {
    const client = await this.#pool.connect();
    return {
      query: async (query: pg.QueryConfig | string, values?: unknown[]) => {
        const result = await client.query(query as pg.QueryConfig, values);
        const { rows } = await client.query(
          `SELECT count(DISTINCT relation)::int AS locks FROM pg_locks
           JOIN pg_class ON pg_class.oid = relation
           WHERE relname LIKE 'deliveries%' AND pid = pg_backend_pid()`,
        );
        mostLocks = Math.max(mostLocks, rows[0].locks);
        return result;
      },
      release: () => client.release(),
    };
  }
}

beforeAll(async () => {
  await database.empty();
  const { pool } = database.database;
  counted = drizzle(new LockCountingPool(pool) as unknown as pg.Pool, { schema });
  subscriberId = await storeSubscriber(database.db, { email: 'ada@example.org' });
  const { rows } = await pool.query(
    `INSERT INTO digests (kind, date, number, composed_at, audience)
     SELECT 'daily', '2026-01-01'::date + n, n, '2026-01-01Z', 1
     FROM generate_series(1, $1::int) AS n RETURNING id`,
    [PARTITIONS],
  );
  digestIds = rows.map(({ id }) => id);
  for (const id of digestIds)
    await pool.query(`CREATE TABLE deliveries_${id} PARTITION OF deliveries FOR VALUES IN (${id})`);
  await pool.query(
    `INSERT INTO deliveries (digest_id, subscriber_id, batch, state, send_at, expires_at, next_at,
       attempts, selection, detail, updated_at)
     SELECT id, $1, 0, CASE WHEN number > 100 THEN 'skipped' ELSE 'sent' END, '2026-01-01Z',
       '2026-01-02Z', '2026-01-01Z', 1, '[[["mk"]],[1,0]]',
       CASE WHEN number > 100 THEN $2 END,
       '2026-01-01Z' FROM digests`,
    [subscriberId, EMPTY_SELECTION_DETAILS.noMatch],
  );
  await pool.query(
    `INSERT INTO batches (digest_id, batch, send_at, due_at, is_immediate, claims, states)
     SELECT id, 0, '2026-01-01Z', NULL, false, 1, '{}' FROM digests`,
  );
});

describe('With the deliveries of 200 digests', () => {
  const newest = () => digestIds.at(-1) ?? 0;

  it.each<[string, (db: Db) => Promise<unknown>]>([
    ['The web view', (db) => findDelivery(db, newest(), subscriberId)],
    ['The note of the web view', (db) => findQuietSince(db, { digestId: newest(), subscriberId })],
    ['The private feed', (db) => listSubscriberSelections(db, subscriberId, 25)],
    ['The export', (db) => listSubscriberDeliveries(db, subscriberId)],
    [
      'Unsubscribing',
      (db) => db.transaction((tx) => skipDeliveriesOf(tx, subscriberId, 'Left.', new Date())),
    ],
    ['Erasing deliveries', (db) => eraseDeliveriesOf(db, subscriberId)],
    [
      'Erasing a subscriber',
      (db) => eraseAddress({ db, clock: () => new Date(), suppressionKey }, 'ada@example.org'),
    ],
  ])('%s locks few tables at a time', async (_name, run) => {
    mostLocks = 0;
    await run(counted);
    expect(mostLocks).toBeLessThanOrEqual(MAX_LOCKS);
  });
});
