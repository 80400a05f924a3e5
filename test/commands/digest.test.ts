import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DeliveryState } from '../../src/domain/deliveries/delivery.ts';
import { startRoles } from '../../src/roles.ts';
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

const NO_DELIVERIES = {
  pending: 0,
  claimed: 0,
  sending: 0,
  sent: 0,
  deferred: 0,
  failed: 0,
  unknown: 0,
  skipped: 0,
  expired: 0,
};

const test = useTestApp();
beforeEach(async () => {
  // Ids must not repeat: the app caches digests by id.
  const tables = 'papers, subscribers, suppressions, digests, deliveries, leases';
  await emptyTables(test.app.database, tables);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const digest = (...args: string[]) => runCommand(test.app, ['digest', ...args]);

describe('paperboy digest compose', () => {
  it('“digest compose” composes a digest only once', async () => {
    await storePapers(test.app.db, [buildPaper(), buildPaper()]);
    await storeSubscriber(test.app.db);
    expect(await digest('compose')).toEqual({
      code: 0,
      stdout: `The daily digest of ${DAY}, No. 1, is composed: 2 papers, 1 reader.\n`,
      stderr: '',
    });
    await storePapers(test.app.db, [buildPaper()]);
    expect((await digest('compose', '--date', DAY)).stdout).toContain(
      'was already composed: 2 papers',
    );
  });

  it('“digest compose --json” prints what it composed', async () => {
    await storePapers(test.app.db, [buildPaper()]);
    const { stdout } = await digest('compose', '--date', DAY, '--json');
    expect(JSON.parse(stdout)).toEqual({
      kind: 'daily',
      date: DAY,
      number: 1,
      papers: 1,
      audience: 0,
      is_new: true,
    });
    expect(stdout.endsWith('}\n')).toBe(true);
  });

  it('“digest compose” composes nothing without papers, and names the day', async () => {
    const { code, stdout, stderr } = await digest('compose');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `There are no papers for the daily digest of ${DAY}: nothing was composed. Fetch or import that day’s papers, or choose another day with --date.\n`,
    );
    expect((await digest('status')).stderr).toContain('No daily digest has been composed yet');
  });

  it('“digest compose” rejects a weekly digest of another day than Monday', async () => {
    await storePapers(test.app.db, [buildPaper()]);
    const { code, stderr } = await digest('compose', '--kind', 'weekly', '--date', DAY);
    expect(code).toBe(1);
    expect(stderr).toContain(`${DAY} is not one`);
  });
});

describe('paperboy digest status', () => {
  it('“digest status --json” counts all nine states', async () => {
    await composed({ subscribers: 2 });
    await setStates({ sent: 1 });
    const { code, stdout } = await digest('status', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      kind: 'daily',
      date: DAY,
      audience: 2,
      states: { ...NO_DELIVERIES, pending: 1, sent: 1 },
      rate_per_second: 1,
      seconds_left: 0,
      delay_seconds: null,
    });
  });

  it('“digest status” shows only the states that occur', async () => {
    await composed({ subscribers: 2 });
    await setStates({ skipped: 1 });
    expect((await digest('status')).stdout).toBe(
      [
        `The daily digest of ${DAY}, No. 1: 2 readers.`,
        '  pending            1',
        '  skipped            1',
        '1 waits for a later time.',
        '',
      ].join('\n'),
    );
  });

  it('“digest status” names a missing digest and the command that composes it', async () => {
    await composed({ subscribers: 0 });
    const { code, stderr } = await digest('status', '--date', '2026-05-01', '--json');
    expect(code).toBe(1);
    expect(stderr).toBe(
      'There is no daily digest of 2026-05-01: compose it with “paperboy digest compose --date 2026-05-01”.\n',
    );
  });
});

describe('paperboy digest send', () => {
  it('“digest send” leaves deliveries that are due later', async () => {
    await composed({ subscribers: 1 });
    const { code, stdout } = await digest('send');
    expect(code).toBe(0);
    expect(stdout).toContain('1 waits for a later time.');
    expect(await test.app.inbox?.list()).toEqual([]);
  });

  // Before any test with a worker: the lease of a worker stays alive.
  it('“digest send” ends with 4 after 30 seconds without a worker', async () => {
    await composed({ subscribers: 1 });
    let elapsed = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => {
      elapsed += 10_000;
      return elapsed;
    });
    const { code, stdout, stderr } = await digest('send', '--now', '--json');
    expect(code).toBe(4);
    expect(JSON.parse(stdout).states).toEqual({ ...NO_DELIVERIES, pending: 1 });
    expect(stderr).toContain('No worker ran for 30 seconds');
  });

  it('“digest send --now” sends all pending deliveries once', async () => {
    await composed({ subscribers: 3 });
    const worker = await startRoles(test.app, ['worker']);
    try {
      const first = await digest('send', '--now', '--json');
      expect(first).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(first.stdout)).toMatchObject({
        audience: 3,
        states: { ...NO_DELIVERIES, sent: 3 },
        seconds_left: 0,
        delay_seconds: { p50: 0, p95: 0, p99: 0, max: 0 },
      });
      const { stdout } = await digest('status');
      expect(stdout).toContain(
        'Delay after the reader’s hour: at most 0 s for half of the readers',
      );
      expect((await digest('send', '--now')).code).toBe(0);
      const recipients = (await test.app.inbox?.list())?.map(({ to }) => to.join());
      expect(recipients).toHaveLength(3);
      expect(new Set(recipients).size).toBe(3);
    } finally {
      await worker.stop();
    }
  });

  it.each(['failed', 'unknown'] as const)(
    '“digest send” ends with 3 when a delivery is %s',
    async (state) => {
      await composed({ subscribers: 2 });
      await setStates({ [state]: 1, sent: 1 });
      const { code, stdout } = await digest('send', '--now', '--json');
      expect(code).toBe(3);
      expect(JSON.parse(stdout).states).toEqual({ ...NO_DELIVERIES, [state]: 1, sent: 1 });
    },
  );

  it('“digest send” ends with 130 when it is interrupted', async () => {
    await composed({ subscribers: 1 });
    const { code } = await runCommand(test.app, ['digest', 'send', '--now'], {
      signal: AbortSignal.abort(),
    });
    expect(code).toBe(130);
  });
});

describe('paperboy digest preview', () => {
  it('“digest preview” prints the message as it would be sent, and stores nothing', async () => {
    await storeSubscriber(test.app.db, { email: 'ada@example.org', topics: ['agents'] });
    await storePapers(test.app.db, [{ ...buildPaper({ title: 'On Agents' }), slugs: ['agents'] }]);
    await digest('compose');
    const { code, stdout, stderr } = await digest('preview', '--email', 'Ada@example.org');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^To: ada@example\.org\r$/m);
    expect(stdout).toMatch(/^List-Unsubscribe: /m);
    expect(stdout).toContain('On Agents');
    expect(JSON.parse((await digest('status', '--json')).stdout).states.pending).toBe(1);
  });

  it('“digest preview --text” prints the plain text for a subscriber without topics', async () => {
    await composed({ subscribers: 0 });
    const { code, stdout } = await digest('preview', '--text');
    expect(code).toBe(0);
    expect(stdout).not.toContain('MIME-Version');
    expect(stdout).toContain('On Testing');
  });

  it.each([
    ['bob@example.org', 'No subscriber has the address “bob@example.org”.'],
    ['nobody', '“nobody” is not an email address: expected something like ada@example.org.'],
  ])('“digest preview” says why it cannot render for %s', async (email, message) => {
    await composed({ subscribers: 0 });
    const { code, stdout, stderr } = await digest('preview', '--email', email);
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: `${message}\n` });
  });
});

/** Composes a digest of one paper whose deliveries are due later. */
async function composed({ subscribers }: { subscribers: number }): Promise<void> {
  await storePapers(test.app.db, [buildPaper()]);
  for (let subscriber = 0; subscriber < subscribers; subscriber += 1)
    await storeSubscriber(test.app.db);
  await digest('compose');
}

/** Moves that many pending deliveries to each state. */
async function setStates(counts: Partial<Record<DeliveryState, number>>): Promise<void> {
  for (const [state, count] of Object.entries(counts)) {
    await test.app.db.execute(sql`
      UPDATE deliveries SET state = ${state} WHERE subscriber_id IN (
        SELECT subscriber_id FROM deliveries WHERE state = 'pending' ORDER BY subscriber_id LIMIT ${count})`);
  }
  await syncBatchesWithDeliveries(test.app.db);
}
