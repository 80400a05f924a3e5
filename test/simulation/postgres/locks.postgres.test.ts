import { sql } from 'drizzle-orm';
import type pg from 'pg';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/db/client.ts';
import { openLease } from '../../../src/db/deliveries/leases.ts';
import { countWaitingForLocks, useDatabase } from '../../support/database.ts';
import { storeSubscriber } from '../../support/rows.ts';
import { connectDirectly, openModelDatabase } from './pool.ts';
import { createServer, loadParser, type Outcome, type Server } from './server.ts';

const database = useDatabase();

beforeAll(loadParser);

/** A statement of one of two sessions. */
type Step = readonly ['a' | 'b', string];

const HOLDS_FIRST: Step[] = [
  ['a', 'BEGIN'],
  ['a', `UPDATE leases SET instance_id = 'changed' WHERE id = 1`],
];
const INSERTS: Step[] = [
  ['a', 'BEGIN'],
  ['a', `INSERT INTO host_permits VALUES ('x', 1, false, now())`],
  [
    'b',
    `INSERT INTO host_permits VALUES ('x', 1, false, now()) ON CONFLICT (host) DO NOTHING RETURNING host`,
  ],
];
const REFERS: Step[] = [
  ['a', 'BEGIN'],
  [
    'a',
    `INSERT INTO consents (subscriber_id, given_at, confirmed_at, channel, wording)
      VALUES (1, now(), now(), 'form', 'w')`,
  ],
];

const SCENARIOS: Record<string, Step[]> = {
  'SKIP LOCKED leaves out the rows of others': [
    ['a', 'BEGIN'],
    ['a', 'SELECT id FROM leases WHERE id = 1 FOR UPDATE'],
    ['b', 'SELECT id FROM leases ORDER BY id FOR UPDATE SKIP LOCKED'],
    ['a', 'COMMIT'],
    ['b', 'SELECT id FROM leases ORDER BY id FOR UPDATE SKIP LOCKED'],
  ],
  'FOR UPDATE waits and then reads the new row': [
    ...HOLDS_FIRST,
    ['b', 'SELECT instance_id FROM leases WHERE id = 1 FOR UPDATE'],
    ['a', 'COMMIT'],
  ],
  'An UPDATE that has waited builds on the new row': [
    ...HOLDS_FIRST,
    ['b', `UPDATE leases SET instance_id = instance_id || '+' WHERE id = 1 RETURNING instance_id`],
    ['a', 'COMMIT'],
  ],
  'An UPDATE that has waited in vain builds on the old row': [
    ...HOLDS_FIRST,
    ['b', `UPDATE leases SET instance_id = instance_id || '+' WHERE id = 1 RETURNING instance_id`],
    ['a', 'ROLLBACK'],
  ],
  'An UPDATE that has waited leaves a row that no longer fits': [
    ...HOLDS_FIRST,
    ['b', `UPDATE leases SET instance_id = 'late' WHERE instance_id = 'one' RETURNING id`],
    ['a', 'COMMIT'],
    ['b', 'SELECT instance_id FROM leases ORDER BY id'],
  ],
  'An UPDATE that has waited finds no deleted row': [
    ['a', 'BEGIN'],
    ['a', 'DELETE FROM leases WHERE id = 1'],
    ['b', `UPDATE leases SET instance_id = 'late' WHERE id = 1 RETURNING id`],
    ['a', 'COMMIT'],
  ],
  'A SELECT waits for nobody and sees what is committed': [
    ...HOLDS_FIRST,
    ['b', 'BEGIN'],
    ['b', 'SELECT instance_id FROM leases WHERE id = 1'],
    ['a', 'COMMIT'],
    ['b', 'SELECT instance_id FROM leases WHERE id = 1'],
    ['b', 'COMMIT'],
  ],
  'An INSERT of the same key waits and then does nothing': [...INSERTS, ['a', 'COMMIT']],
  'An INSERT of the same key waits and then takes the place': [...INSERTS, ['a', 'ROLLBACK']],
  'A row that others refer to can be changed': [
    ...REFERS,
    ['b', 'UPDATE subscribers SET hour = 9 WHERE id = 1 RETURNING hour'],
    ['a', 'COMMIT'],
  ],
  'A row that others refer to cannot be deleted': [
    ...REFERS,
    ['b', 'DELETE FROM subscribers WHERE id = 1 RETURNING id'],
    ['a', 'COMMIT'],
    ['b', 'SELECT subscriber_id FROM consents'],
  ],
  'Shared advisory locks go together, an exclusive one waits for them': [
    ['a', 'BEGIN'],
    ['b', 'BEGIN'],
    ['a', 'SELECT pg_advisory_xact_lock_shared(7)'],
    ['b', 'SELECT pg_advisory_xact_lock_shared(7)'],
    ['b', 'COMMIT'],
    ['b', 'BEGIN'],
    ['b', 'SELECT pg_advisory_xact_lock(7)'],
    ['a', 'COMMIT'],
    ['a', 'BEGIN'],
    ['a', 'SELECT pg_advisory_xact_lock_shared(7)'],
    ['b', 'ROLLBACK'],
    ['a', 'COMMIT'],
  ],
};

async function storeRows(db: Database['db']): Promise<void> {
  for (const instance of ['one', 'two']) await openLease(db, instance);
  await storeSubscriber(db, { email: 'reader@example.org' });
}

/** What became of a statement; null while it waits. */
type Result = string | null;

/** Runs the steps. After each, `settle` resolves when `isDone`: its statement has ended and, after
 *  the end of a transaction, so have those that waited; or, where `mayWait`, when it waits. Returns
 *  what was known of all statements after each step. */
async function runSteps(
  steps: readonly Step[],
  execute: (step: Step) => Promise<unknown>,
  settle: (isDone: () => boolean, mayWait: boolean) => Promise<void>,
): Promise<Result[][]> {
  const results: Result[] = [];
  const known: Result[][] = [];
  for (const [at, step] of steps.entries()) {
    results.push(null);
    const waited = results.flatMap((result, other) => (result === null && other < at ? other : []));
    execute(step).then(
      (rows) => {
        results[at] = JSON.stringify(rows);
      },
      (error: { code?: string; message: string }) => {
        results[at] = error.code ?? error.message;
      },
    );
    const endsTransaction = step[1] === 'COMMIT' || step[1] === 'ROLLBACK';
    await settle(
      () =>
        results[at] !== null &&
        (!endsTransaction || waited.every((other) => results[other] !== null)),
      !endsTransaction,
    );
    known.push([...results]);
  }
  return known;
}

async function runOnServer(steps: readonly Step[], pool: pg.Pool): Promise<Result[][]> {
  const clients = { a: await pool.connect(), b: await pool.connect() };
  try {
    return await runSteps(
      steps,
      async ([session, text]) => (await clients[session].query(text)).rows,
      async (isDone, mayWait) => {
        while (!isDone() && !((await countWaitingForLocks(pool)) > 0 && mayWait));
      },
    );
  } finally {
    for (const client of Object.values(clients)) client.release(true);
  }
}

async function runOnModel(steps: readonly Step[], server: Server): Promise<Result[][]> {
  const sessions = { a: server.openSession(), b: server.openSession() };
  const execute = ([session, text]: Step) =>
    new Promise((resolve, reject) => {
      sessions[session].execute({ text, values: [], isArrayMode: false }, (outcome: Outcome) =>
        'error' in outcome ? reject(outcome.error) : resolve(outcome.result.rows),
      );
    });
  return runSteps(steps, execute, async () => {
    await new Promise((resolve) => setImmediate(resolve));
  });
}

describe('Two sessions of the model of PostgreSQL', () => {
  beforeEach(async () => {
    await database.empty();
    await storeRows(database.db);
  });

  it.each(Object.keys(SCENARIOS))('%s, as on the real one', async (name) => {
    const steps = SCENARIOS[name] ?? [];
    const server = createServer({ now: Date.now });
    await storeRows(openModelDatabase(connectDirectly(server)).db);
    const expected = await runOnServer(steps, database.database.pool);
    expect(await runOnModel(steps, server)).toEqual(expected);
    await database.db.execute(sql`DELETE FROM host_permits`);
  });
});
