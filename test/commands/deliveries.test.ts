import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { emptyTables } from '../support/database.ts';
import {
  buildPaper,
  storePapers,
  storeSubscriber,
  syncBatchesWithDeliveries,
} from '../support/rows.ts';
import { useTestApp } from '../support/test-app.ts';
import { runCommand } from './run.ts';

const DAY = '2026-05-08';

const test = useTestApp();
let digestId: number;
let ids: number[];
beforeEach(async () => {
  const { db, database } = test.app;
  await emptyTables(database, 'papers, subscribers, suppressions, digests, deliveries, leases');
  await storePapers(db, [buildPaper()]);
  ids = [];
  for (const email of ['ada@example.org', 'bob@example.org', 'eve@example.org']) {
    ids.push(await storeSubscriber(db, { email }));
  }
  await runCommand(test.app, ['digest', 'compose']);
  const { rows } = await db.execute<{ id: number }>(sql`SELECT id FROM digests`);
  digestId = rows[0]?.id ?? 0;
});

const deliveries = (...args: string[]) => runCommand(test.app, ['deliveries', ...args]);
const digest = (...args: string[]) => runCommand(test.app, ['digest', ...args]);
const nameOf = (place: number) => `${digestId}-${ids[place]}`;

async function setState(place: number, state: string, reply: string | null = null): Promise<void> {
  const { db } = test.app;
  await db.execute(sql`
    UPDATE deliveries SET state = ${state}, reply = ${reply}, attempts = 1,
      updated_at = '2026-05-08T07:00:01Z'
    WHERE digest_id = ${digestId} AND subscriber_id = ${ids[place]}`);
  await syncBatchesWithDeliveries(db);
}

async function states(): Promise<Record<string, number>> {
  const { stdout } = await digest('status', '--json');
  const all: [string, number][] = Object.entries(JSON.parse(stdout).states);
  return Object.fromEntries(all.filter(([, count]) => count > 0));
}

describe('paperboy deliveries list', () => {
  it('“deliveries list” shows each delivery in a state with address and reply', async () => {
    await setState(0, 'failed', '550 5.1.1 No such user');
    await setState(1, 'unknown');
    expect((await deliveries('list', '--state', 'failed')).stdout).toBe(
      `${nameOf(0)}  ada@example.org  2026-05-08T07:00:01.000Z  1 attempt  550 5.1.1 No such user\n`,
    );
    const { stdout } = await deliveries('list', '--state', 'unknown', '--date', DAY, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      id: nameOf(1),
      email: 'bob@example.org',
      state: 'unknown',
      attempts: 1,
      reply: null,
    });
  });

  it('“deliveries list” says when no delivery is in the state', async () => {
    expect((await deliveries('list', '--state', 'expired')).stdout).toBe(
      `No delivery of the daily digest of ${DAY} is expired.\n`,
    );
  });

  it('“deliveries list” needs an existing state', async () => {
    expect((await deliveries('list')).stderr).toContain('--state <state>');
    expect((await deliveries('list', '--state', 'lost')).stderr).toContain('Allowed choices');
  });
});

describe('paperboy deliveries resend', () => {
  it('“deliveries resend” makes the named deliveries pending and due at once', async () => {
    await setState(0, 'failed', '550 5.7.1 Blocked');
    await setState(1, 'unknown');
    await setState(2, 'sent');
    const { code, stdout } = await deliveries('resend', nameOf(0), nameOf(1));
    expect([code, stdout]).toEqual([0, expect.stringContaining('Pending again: 2.')]);
    expect(await states()).toEqual({ pending: 2, sent: 1 });
    const { rows } = await test.app.db.execute(
      sql`SELECT due_at <= ${test.clock()} AS "isDue" FROM batches`,
    );
    expect(rows).toEqual([{ isDue: true }]);
  });

  it('“deliveries resend --state” makes all deliveries in the state pending, and no other', async () => {
    await setState(0, 'failed');
    await setState(1, 'unknown');
    const { stdout } = await deliveries('resend', '--state', 'unknown', '--json');
    expect(JSON.parse(stdout)).toEqual({ pending: 1 });
    expect(await states()).toEqual({ pending: 2, failed: 1 });
  });

  it.each([
    ['what was sent', () => [nameOf(2)], 'is sent: only failed, unknown and expired ones'],
    ['what there is not', () => ['999-1'], 'There is no delivery 999-1'],
    ['what is no id', () => ['ada@example.org'], 'expected one such as 12-345'],
  ])('“deliveries resend” rejects %s and changes nothing', async (_what, words, message) => {
    await setState(0, 'failed');
    await setState(2, 'sent');
    const before = await states();
    const { code, stderr } = await deliveries('resend', nameOf(0), ...words());
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(await states()).toEqual(before);
  });

  it.each([[], ['1-1', '--state', 'failed']])(
    '“deliveries resend” needs either ids or a state',
    async (...words) => {
      const { code, stderr } = await deliveries('resend', ...words);
      expect([code, stderr]).toEqual([1, expect.stringContaining('Expected either ids')]);
    },
  );
});

describe('paperboy digest pause, resume and cancel', () => {
  it('“digest pause” and “digest resume” pause and resume a digest, and say so', async () => {
    expect((await digest('pause')).stdout).toBe(`The daily digest of ${DAY} is paused.\n`);
    expect((await digest('pause')).stdout).toContain('was already paused');
    expect((await digest('status')).stdout).toContain('It is paused. Paused by the operator.');
    const { code } = await digest('send', '--now');
    expect(code).toBe(5);
    expect(await states()).toEqual({ pending: 3 });
    expect((await digest('resume', '--date', DAY)).stdout).toContain('is resumed');
    expect((await digest('resume')).stdout).toContain('was not paused');
  });

  it('“digest cancel” skips all remaining deliveries for good', async () => {
    await setState(0, 'sent');
    await setState(1, 'unknown');
    expect((await digest('cancel')).stdout).toContain('is cancelled: 1 skipped.');
    expect((await digest('cancel')).stdout).toContain('was already cancelled.');
    expect(await states()).toEqual({ sent: 1, unknown: 1, skipped: 1 });
    for (const command of [
      ['digest', 'pause'],
      ['digest', 'resume'],
      ['deliveries', 'resend', nameOf(1)],
    ]) {
      const { code, stderr } = await runCommand(test.app, command);
      expect([code, stderr]).toEqual([1, expect.stringContaining('was cancelled at')]);
    }
    expect((await digest('send')).code).toBe(3);
  });
});
