import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { countDeliveries } from '../../src/db/accounting.ts';
import { listDigestPapers, listDigests, markCancelled, pauseDigest } from '../../src/db/digests.ts';
import { addLetter } from '../../src/db/letters.ts';
import { savePapers } from '../../src/db/papers.ts';
import { updatePreferences, updateStatus } from '../../src/db/subscribers.ts';
import type { DeliveryState } from '../../src/domain/delivery.ts';
import type { DigestKind } from '../../src/domain/digest.ts';
import { addDays } from '../../src/domain/schedule.ts';
import type { Subscriber } from '../../src/domain/subscriber.ts';
import { composeDigest } from '../../src/services/compose-digest.ts';
import { sendDigest } from '../../src/services/send-digest.ts';
import { digestStatus, requireDigest } from '../../src/services/support/digest-status.ts';
import { ringDue } from '../../src/services/support/ring-due.ts';
import { clockAt } from '../support/clock.ts';
import { useDatabase } from '../support/database.ts';
import { paper, settleBatches, storePapers, storeSubscriber } from '../support/rows.ts';
import { type Doorbell, doorbell } from './doorbell.ts';

const database = useDatabase();
const FRIDAY = '2026-05-08';
const MONDAY = '2026-05-11';
let queue: Doorbell;

beforeEach(async () => {
  await database.empty();
  queue = doorbell();
});

const compose = (kind: DigestKind, date: string, now = new Date(`${date}T05:30:00Z`)) =>
  composeDigest(database.db, { kind, date, now });

/** A paper that may be used from `day` on. */
const paperOf = (day: string, id?: string) =>
  paper({ listedOn: day, usableOn: day, ...(id !== undefined && { id }) });

const reader = (changes: Partial<Subscriber> = {}) => storeSubscriber(database.db, changes);

async function idsIn(digestId: number | undefined): Promise<string[]> {
  return (await listDigestPapers(database.db, digestId ?? 0)).map(({ id }) => id).sort();
}

/** When each reader of a digest gets it, by subscriber. */
async function sendTimes(digestId: number | undefined): Promise<Record<number, string>> {
  const { rows } = await database.db.execute<{ id: string; at: string }>(sql`
    SELECT subscriber_id AS id, send_at AS at FROM deliveries
    WHERE digest_id = ${digestId ?? 0} AND state = 'pending' AND next_at = send_at`);
  return Object.fromEntries(rows.map(({ id, at }) => [id, new Date(at).toISOString()]));
}

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
  await settleBatches(database.db);
}

async function setNextAt(time: Date): Promise<void> {
  await database.db.execute(sql`UPDATE deliveries SET next_at = ${time}`);
  await settleBatches(database.db);
}

async function storeLease(expires: 'is over' | 'is alive'): Promise<number> {
  const seconds = expires === 'is over' ? -1 : 3600;
  const { rows } = await database.db.execute<{ id: string }>(sql`
    INSERT INTO leases (holder, expires_at)
    VALUES ('test', clock_timestamp() + make_interval(secs => ${seconds})) RETURNING id`);
  return Number(rows[0]?.id);
}

describe('A pause', () => {
  const statusOf = async (id: number) => {
    const { rows } = await database.db.execute<{ status: string; until: string | null }>(
      sql`SELECT status, paused_until::text AS until FROM subscribers WHERE id = ${id}`,
    );
    return rows[0];
  };
  const letters = async () => {
    const { rows } = await database.db.execute<{ kind: string; id: string }>(
      sql`SELECT kind, subscriber_id AS id FROM letters`,
    );
    return rows.map(({ kind, id }) => [kind, Number(id)]);
  };
  const pausedReader = async (pausedUntil: string | null) => {
    const id = await reader();
    const before = new Date('2026-05-04T00:00:00Z');
    await updatePreferences(database.db, id, { pausedUntil: pausedUntil ?? FRIDAY }, before);
    if (pausedUntil === null) {
      await database.db.execute(sql`UPDATE subscribers SET paused_until = NULL WHERE id = ${id}`);
    }
    return id;
  };

  it.each([FRIDAY, '2026-05-06'])(
    'until %s ends with the digest of Friday, which the reader gets, and asks for one letter',
    async (day) => {
      const id = await pausedReader(day);
      await storePapers(database.db, [paperOf(FRIDAY)]);
      const { digest } = await compose('daily', FRIDAY);
      expect(Object.keys(await sendTimes(digest?.id))).toEqual([String(id)]);
      expect(await statusOf(id)).toEqual({ status: 'active', until: null });
      expect(await letters()).toEqual([['return', id]]);
      await storePapers(database.db, [paperOf('2026-05-09')]);
      await compose('daily', '2026-05-09');
      expect(await letters()).toHaveLength(1);
    },
  );

  it.each(['2026-05-09', null])('until %s goes on', async (day) => {
    const id = await pausedReader(day);
    await storePapers(database.db, [paperOf(FRIDAY)]);
    const { digest } = await compose('daily', FRIDAY);
    expect(await sendTimes(digest?.id)).toEqual({});
    expect(await statusOf(id)).toEqual({ status: 'paused', until: day });
    expect(await letters()).toEqual([]);
  });

  it('brings nobody back who left meanwhile', async () => {
    const id = await pausedReader(FRIDAY);
    await updateStatus(database.db, id, 'unsubscribed', new Date('2026-05-05T00:00:00Z'));
    await storePapers(database.db, [paperOf(FRIDAY)]);
    await compose('daily', FRIDAY);
    expect(await statusOf(id)).toEqual({ status: 'unsubscribed', until: null });
    expect(await letters()).toEqual([]);
  });
});

describe('The papers of a daily digest', () => {
  it('are those usable on its day and in the four days before', async () => {
    const days = [-6, -5, -4, -1, 0, 1].map((days) => addDays(FRIDAY, days));
    await storePapers(
      database.db,
      days.map((day) => paperOf(day, day)),
    );
    const { digest, isNew } = await compose('daily', FRIDAY);
    expect(await idsIn(digest?.id)).toEqual([addDays(FRIDAY, -4), addDays(FRIDAY, -1), FRIDAY]);
    expect({ isNew, papers: digest?.papers, number: digest?.number }).toEqual({
      isNew: true,
      papers: 3,
      number: 1,
    });
  });

  it('come in no second digest of the kind', async () => {
    await storePapers(database.db, [paperOf(FRIDAY, 'a')]);
    await compose('daily', FRIDAY);
    await storePapers(database.db, [paperOf(addDays(FRIDAY, 1), 'b'), paperOf(FRIDAY, 'late')]);
    const { digest } = await compose('daily', addDays(FRIDAY, 1));
    expect(await idsIn(digest?.id)).toEqual(['b', 'late']);
    expect(digest?.number).toBe(2);
  });

  it('stay as they were, whatever is imported later', async () => {
    const first = paperOf(FRIDAY, 'a');
    await storePapers(database.db, [{ ...first, slugs: ['rl'] }]);
    const { digest } = await compose('daily', FRIDAY);
    const before = await listDigestPapers(database.db, digest?.id ?? 0);
    await savePapers(database.db, [{ ...first, title: 'Another title', upvotes: 99 }], new Date());
    await storePapers(database.db, [paperOf(FRIDAY, 'late')]);
    await compose('daily', FRIDAY);
    expect(await listDigestPapers(database.db, digest?.id ?? 0)).toEqual(before);
    expect(before[0]?.topics).toEqual([{ slug: 'rl', score: expect.closeTo(0.3) }]);
  });

  it('are ranked and numbered from 0', async () => {
    await storePapers(database.db, [
      { ...paperOf(FRIDAY, 'quiet') },
      { ...paperOf(FRIDAY, 'loud'), upvotes: 40 },
      { ...paperOf(FRIDAY, 'code'), codeUrl: 'https://example.org/' },
    ]);
    const { digest } = await compose('daily', FRIDAY);
    const frozen = await listDigestPapers(database.db, digest?.id ?? 0);
    expect(frozen.map(({ id, rank }) => [id, rank])).toEqual([
      ['loud', 0],
      ['code', 1],
      ['quiet', 2],
    ]);
  });

  it('are a thousand at the most, the best; the others may come the next day', async () => {
    const many = Array.from({ length: 1500 }, (_, n) => paperOf(FRIDAY, `p${n}`));
    await storePapers(database.db, many);
    expect((await compose('daily', FRIDAY)).digest?.papers).toBe(1000);
    expect((await compose('daily', '2026-05-09')).digest?.papers).toBe(500);
  });
});

describe('A digest', () => {
  it('is composed once: again changes nothing', async () => {
    await storePapers(database.db, [paperOf(FRIDAY)]);
    await reader();
    const first = await compose('daily', FRIDAY);
    await reader();
    const again = await compose('daily', FRIDAY, new Date('2026-05-08T09:00:00Z'));
    expect(again).toEqual({ digest: first.digest, isNew: false });
    expect(Object.keys(await sendTimes(first.digest?.id))).toHaveLength(1);
  });

  it('is composed once, also by three at the same moment', async () => {
    await storePapers(database.db, [paperOf(FRIDAY)]);
    await reader();
    const results = await Promise.all([1, 2, 3].map(() => compose('daily', FRIDAY)));
    expect(results.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(results.map(({ digest }) => digest?.id)).size).toBe(1);
    expect(results.map(({ digest }) => digest?.audience)).toEqual([1, 1, 1]);
  });

  it('is not stored on a day without papers, so that it may be tried again', async () => {
    await reader();
    expect(await compose('daily', FRIDAY)).toEqual({ digest: null, isNew: false });
    expect(await listDigests(database.db, 9)).toEqual([]);
    await storePapers(database.db, [paperOf(FRIDAY)]);
    expect((await compose('daily', FRIDAY)).isNew).toBe(true);
  });

  it('may have nobody to go to', async () => {
    await storePapers(database.db, [paperOf(FRIDAY)]);
    expect((await compose('daily', FRIDAY)).digest?.audience).toBe(0);
  });

  it('leaves nothing half made when freezing fails', async () => {
    await storePapers(database.db, [paperOf(FRIDAY)]);
    const id = await reader();
    await database.db.execute(sql`UPDATE subscribers SET timezone = 'Nowhere' WHERE id = ${id}`);
    await expect(compose('daily', FRIDAY)).rejects.toThrow();
    expect(await listDigests(database.db, 9)).toEqual([]);
  });
});

describe('A weekly digest', () => {
  it('is dated on Mondays', async () => {
    await expect(compose('weekly', FRIDAY)).rejects.toMatchObject({ code: 'NOT_A_MONDAY' });
  });

  it('has the papers of the seven days before, those of daily digests too', async () => {
    const days = [-8, -7, -3, -1, 0].map((days) => addDays(MONDAY, days));
    await storePapers(
      database.db,
      days.map((day) => paperOf(day, day)),
    );
    await compose('daily', FRIDAY);
    const { digest } = await compose('weekly', MONDAY);
    expect(await idsIn(digest?.id)).toEqual([-7, -3, -1].map((days) => addDays(MONDAY, days)));
    expect(digest?.number).toBe(1);
  });

  it('goes to weekly readers, the daily one to the others', async () => {
    await storePapers(database.db, [paperOf(addDays(MONDAY, -1)), paperOf(MONDAY)]);
    const daily = await reader({ frequency: 'daily' });
    const weekdays = await reader({ frequency: 'weekdays' });
    const weekly = await reader({ frequency: 'weekly' });
    const keys = async (kind: DigestKind) =>
      Object.keys(await sendTimes((await compose(kind, MONDAY)).digest?.id)).map(Number);
    expect(await keys('weekly')).toEqual([weekly]);
    expect((await keys('daily')).sort()).toEqual([daily, weekdays].sort());
  });
});

describe('The audience', () => {
  it('of ten thousand is frozen at once, also by a database that has never counted them', async () => {
    await storePapers(database.db, [paperOf(FRIDAY)]);
    await database.db.execute(sql`
      INSERT INTO subscribers (email, email_key, status, topics, keywords, frequency, timezone, hour,
        papers, created_at, updated_at)
      SELECT 'r' || n, 'r' || n, 'active', '{}', '{}', 'daily', 'UTC', n % 24, 10, now(), now()
      FROM generate_series(1, 10000) AS n`);
    const { digest } = await compose('daily', FRIDAY);
    expect(digest?.audience).toBe(10_000);
  }, 10_000);

  it('is frozen: active readers of that moment', async () => {
    await storePapers(database.db, [paperOf(FRIDAY)]);
    const active = await reader();
    for (const status of ['pending', 'paused', 'unsubscribed'] as const) await reader({ status });
    const { digest } = await compose('daily', FRIDAY);
    await reader();
    expect(digest?.audience).toBe(1);
    expect(Object.keys(await sendTimes(digest?.id))).toEqual([String(active)]);
  });

  it.each([
    // From composing on, not before: 05:30 is over when composing is at 05:30:01.
    ['2026-05-08T05:30:00Z', 'UTC', 7, '2026-05-08T07:00:00.000Z'],
    ['2026-05-08T05:30:00Z', 'UTC', 5, '2026-05-09T05:00:00.000Z'],
    ['2026-05-08T07:00:00Z', 'UTC', 7, '2026-05-08T07:00:00.000Z'],
    ['2026-05-08T05:30:00Z', 'Asia/Kolkata', 7, '2026-05-09T01:30:00.000Z'],
    ['2026-05-08T05:30:00Z', 'America/Los_Angeles', 23, '2026-05-08T06:00:00.000Z'],
    ['2026-05-08T05:30:00Z', 'Pacific/Kiritimati', 20, '2026-05-08T06:00:00.000Z'],
    // 29 March 2026, 02:00 does not exist in Berlin; 25 October, it comes twice.
    ['2026-03-28T05:30:00Z', 'Europe/Berlin', 2, '2026-03-29T01:00:00.000Z'],
    ['2026-03-28T06:30:00Z', 'Europe/Berlin', 7, '2026-03-29T05:00:00.000Z'],
    ['2026-10-24T05:30:00Z', 'Europe/Berlin', 2, '2026-10-25T00:00:00.000Z'],
    ['2026-10-24T05:30:00Z', 'Europe/Berlin', 7, '2026-10-25T06:00:00.000Z'],
  ])('composed at %s in %s gets hour %i at %s', async (now, timezone, hour, expected) => {
    const date = now.slice(0, 10);
    await storePapers(database.db, [paperOf(date)]);
    const id = await reader({ timezone, hour });
    const { digest } = await compose('daily', date, new Date(now));
    expect(await sendTimes(digest?.id)).toEqual({ [id]: expected });
  });

  it.each([
    ['2026-05-08', 'UTC', 7, true], // Friday
    ['2026-05-08', 'Asia/Tokyo', 7, false], // already Saturday there
    ['2026-05-09', 'UTC', 7, false], // Saturday
    ['2026-05-09', 'America/Los_Angeles', 23, true], // still Friday there
    ['2026-05-10', 'UTC', 7, false], // Sunday
    ['2026-05-10', 'Asia/Tokyo', 7, true], // already Monday there
    ['2026-05-11', 'UTC', 7, true], // Monday
    ['2026-05-11', 'America/Los_Angeles', 23, false], // still Sunday there
  ])('of %s has a weekdays reader in %s at %i: %s', async (date, timezone, hour, isDue) => {
    await storePapers(database.db, [paperOf(date)]);
    await reader({ frequency: 'weekdays', timezone, hour });
    expect((await compose('daily', date)).digest?.audience).toBe(isDue ? 1 : 0);
  });

  it('counts from when composing was due, when it is made up for', async () => {
    await storePapers(database.db, [paperOf(FRIDAY)]);
    const id = await reader({ hour: 7 });
    const { digest } = await composeDigest(database.db, {
      kind: 'daily',
      date: FRIDAY,
      now: new Date('2026-05-08T09:00:00Z'),
      from: new Date('2026-05-08T05:30:00Z'),
    });
    expect(await sendTimes(digest?.id)).toEqual({ [id]: '2026-05-08T07:00:00.000Z' });
  });
});

describe('The sweep', () => {
  const NOW = new Date('2026-05-08T07:00:00Z');
  const quiet = { batches: 0, letters: 0, expired: 0, skipped: 0, pending: 0, unknown: 0 };
  const sweep = (now = NOW) => ringDue({ db: database.db, queue }, now);

  async function composeFor(readers: number): Promise<number> {
    await storePapers(database.db, [paperOf(FRIDAY)]);
    await database.db.execute(sql`
      INSERT INTO subscribers (email, email_key, status, topics, keywords, frequency, timezone, hour,
        papers, created_at, updated_at)
      SELECT n || '@example.org', n || '@example.org', 'active', '{}', '{}', 'daily', 'UTC', 7, 10,
        ${NOW}::timestamptz, ${NOW}::timestamptz
      FROM generate_series(1, ${readers}::int) AS n`);
    return (await compose('daily', FRIDAY)).digest?.id ?? 0;
  }

  it('rings once for each batch that is due, with ids that are the same the next time', async () => {
    const digestId = await composeFor(401);
    expect(await sweep(new Date(NOW.getTime() - 1))).toEqual(quiet);
    expect(queue.rings).toEqual([]);
    expect(await sweep()).toEqual({ ...quiet, batches: 3 });
    const ids = [0, 1, 2].map((batch) => `batch-${digestId}-${batch}-0`);
    expect(queue.rings).toEqual(
      ids.map((id, batch) => ({ name: 'batch', data: { digestId, batch }, id })),
    );
    await sweep();
    expect(queue.rings.slice(3).map(({ id }) => id)).toEqual(ids);
  });

  it('rings for deferred deliveries when their time comes', async () => {
    await composeFor(2);
    await setStates({ deferred: 1, sent: 1 });
    const later = new Date(NOW.getTime() + 300_000);
    await setNextAt(later);
    expect(await sweep()).toEqual(quiet);
    expect(await sweep(later)).toEqual({ ...quiet, batches: 1 });
  });

  it('ends retries when the reader’s next digest is due', async () => {
    const digestId = await composeFor(2);
    await setStates({ deferred: 2 });
    await setNextAt(new Date('2027-01-01'));
    const dayLater = NOW.getTime() + 86_400_000;
    expect(await sweep(new Date(dayLater - 1))).toEqual(quiet);
    expect(await sweep(new Date(dayLater))).toEqual({ ...quiet, expired: 2 });
    const { rows } = await database.db.execute(
      sql`SELECT DISTINCT state, digest_id AS digest FROM deliveries`,
    );
    expect(rows).toEqual([{ state: 'expired', digest: digestId }]);
  });

  it('ends those too that were given back before they were tried again, and no others that wait', async () => {
    const digestId = await composeFor(2);
    await database.db.execute(sql`
      UPDATE deliveries SET attempts = 1 WHERE subscriber_id = (SELECT min(id) FROM subscribers)`);
    expect(await sweep(new Date(NOW.getTime() + 86_400_000))).toMatchObject({ expired: 1 });
    const { states } = await countDeliveries(database.db, digestId, NOW);
    expect(states).toMatchObject({ expired: 1, pending: 1 });
  });

  it('rings for letters that wait', async () => {
    const id = await reader();
    const letter = { subscriberId: id, requestedAt: NOW, expiresAt: new Date('2026-05-10') };
    const letterId = await addLetter(database.db, { ...letter, kind: 'confirm' });
    expect(await sweep(new Date(NOW.getTime() - 1))).toEqual(quiet);
    expect(await sweep()).toEqual({ ...quiet, letters: 1 });
    expect(queue.rings).toEqual([{ name: 'letter', data: { letterId }, id: `letter-${letterId}` }]);
  });

  it('frees what a dead worker claimed, and lists what it was sending as unknown', async () => {
    await composeFor(4);
    await storeLease('is over');
    await setStates({ claimed: 1, sending: 2, sent: 1 });
    expect(await sweep()).toEqual({ ...quiet, pending: 1, unknown: 2, batches: 1 });
    const { rows } = await database.db.execute(
      sql`SELECT state, lease_id AS lease, detail FROM deliveries ORDER BY subscriber_id`,
    );
    expect(rows).toMatchObject([
      { state: 'pending', lease: null },
      { state: 'unknown', lease: null, detail: expect.stringContaining('was gone') },
      { state: 'unknown', lease: null },
      { state: 'sent' },
    ]);
  });

  it('leaves what a living worker holds alone', async () => {
    await composeFor(2);
    await storeLease('is alive');
    await setStates({ claimed: 1, sending: 1 });
    expect(await sweep()).toEqual(quiet);
  });

  it('rings with another id for a batch that was claimed before', async () => {
    const digestId = await composeFor(1);
    await database.db.execute(sql`UPDATE batches SET claims = 3`);
    await sweep();
    expect(queue.rings.map(({ id }) => id)).toEqual([`batch-${digestId}-0-3`]);
  });

  it('rings for nothing of a paused digest, and skips what is left of a cancelled one', async () => {
    const digestId = await composeFor(3);
    await setStates({ pending: 1, deferred: 1, sent: 1 });
    await pauseDigest(database.db, digestId, 'Wait.', NOW);
    expect(await sweep()).toEqual(quiet);
    await markCancelled(database.db, digestId, NOW);
    expect(await sweep()).toEqual({ ...quiet, skipped: 2 });
    expect(await sweep()).toEqual(quiet);
    const { rows } = await database.db.execute(
      sql`SELECT state, detail FROM deliveries ORDER BY subscriber_id`,
    );
    expect(rows).toMatchObject([
      { state: 'skipped', detail: 'The digest was cancelled.' },
      { state: 'skipped' },
      { state: 'sent' },
    ]);
  });

  it('frees everything even when the queue is down', async () => {
    await composeFor(2);
    await storeLease('is over');
    await setStates({ claimed: 1, sending: 1 });
    queue.isDown = true;
    await expect(sweep()).rejects.toThrow();
    queue.isDown = false;
    expect(await sweep()).toEqual({ ...quiet, batches: 1 });
  });
});

describe('The status of a digest', () => {
  const NOW = new Date('2026-05-08T07:00:00Z');

  it('accounts for every delivery: the audience is the sum over the states', async () => {
    await storePapers(database.db, [paperOf(FRIDAY)]);
    const states = {
      pending: 3,
      claimed: 1,
      sending: 2,
      sent: 4,
      deferred: 2,
      failed: 1,
      unknown: 1,
      skipped: 1,
      expired: 1,
    };
    for (let n = 0; n < 16; n++) await reader({ hour: n < 2 ? 8 : 7 });
    const { digest } = await compose('daily', FRIDAY);
    if (!digest) throw new Error('Nothing was composed.');
    await setStates(states);
    await database.db.execute(
      sql`UPDATE deliveries SET updated_at = ${new Date(NOW.getTime() - 2000)}`,
    );
    expect(await digestStatus(database.db, digest, NOW)).toEqual({
      digest,
      audience: 16,
      states,
      due: 3,
      inHand: 3,
      later: 2,
      ratePerSecond: 2,
      secondsLeft: 3,
    });
  });

  it('knows no time left when nothing moves, and none when all is done', async () => {
    await storePapers(database.db, [paperOf(FRIDAY)]);
    await reader();
    const { digest } = await compose('daily', FRIDAY);
    if (!digest) throw new Error('Nothing was composed.');
    expect(await digestStatus(database.db, digest, NOW)).toMatchObject({
      due: 1,
      ratePerSecond: 0,
      secondsLeft: null,
    });
    await setStates({ skipped: 1 });
    expect(await digestStatus(database.db, digest, NOW)).toMatchObject({ secondsLeft: 0 });
  });

  it('is of the newest digest unless a day is named', async () => {
    await storePapers(database.db, [paperOf(FRIDAY), paperOf(addDays(FRIDAY, 1))]);
    await compose('daily', FRIDAY);
    const { db } = database;
    await expect(requireDigest(db, 'weekly', null)).rejects.toMatchObject({ code: 'NO_DIGEST' });
    await expect(requireDigest(db, 'daily', MONDAY)).rejects.toMatchObject({ statusCode: 404 });
    await compose('daily', addDays(FRIDAY, 1));
    expect((await requireDigest(db, 'daily', null)).date).toBe(addDays(FRIDAY, 1));
    expect((await requireDigest(db, 'daily', FRIDAY)).date).toBe(FRIDAY);
  });
});

describe('Sending a digest', () => {
  const clock = clockAt('2026-05-08T07:00:00Z');

  /** Time passes only in pauses; `meanwhile` happens in each. */
  function timerWith(meanwhile: (elapsedMs: number) => Promise<void> = async () => undefined) {
    let elapsedMs = 0;
    return {
      elapsedMs: () => elapsedMs,
      pause: async (durationMs: number) => {
        elapsedMs += durationMs;
        await meanwhile(elapsedMs);
      },
    };
  }

  async function send(
    timer: ReturnType<typeof timerWith>,
    { isNow = false, signal = new AbortController().signal } = {},
  ) {
    const digest = await requireDigest(database.db, 'daily', FRIDAY);
    const seen: number[] = [];
    const end = await sendDigest(
      { db: database.db, queue, clock, timer },
      { digest, isNow, signal, onProgress: ({ due }) => seen.push(due) },
    );
    return { ...end, seen, elapsedMs: timer.elapsedMs() };
  }

  beforeEach(async () => {
    await storePapers(database.db, [paperOf(FRIDAY)]);
    await reader({ hour: 7 });
    await reader({ hour: 9 });
    await compose('daily', FRIDAY);
  });

  it('rings, waits until nothing is due, and leaves what is due later', async () => {
    await storeLease('is alive');
    const end = await send(timerWith(() => setStates({ sent: 1 })));
    expect(end).toMatchObject({ kind: 'done', seen: [1, 0] });
    expect(end.status).toMatchObject({ later: 1, states: { sent: 1, pending: 1 } });
    expect(queue.rings.map(({ name }) => name)).toEqual(['batch']);
  });

  it('makes everything pending due with --now', async () => {
    await storeLease('is alive');
    const end = await send(
      timerWith(() => setStates({ sent: 2 })),
      { isNow: true },
    );
    expect(end).toMatchObject({ kind: 'done', seen: [2, 0] });
    expect(end.status).toMatchObject({ later: 0, states: { sent: 2 } });
  });

  it('rings again every ten seconds: a ring may be lost', async () => {
    await storeLease('is alive');
    await send(
      timerWith(async (elapsedMs) => {
        if (elapsedMs >= 21_000) await setStates({ sent: 2 });
      }),
    );
    expect(queue.rings).toHaveLength(3);
  });

  it('gives up after 30 seconds in which no worker lived', async () => {
    const end = await send(timerWith());
    expect(end.kind).toBe('no worker');
    expect(end.elapsedMs).toBe(30_250);
    expect(end.status.states.pending).toBe(2);
  });

  it('counts those 30 seconds from when the last worker lived', async () => {
    const leaseId = await storeLease('is alive');
    const end = await send(
      timerWith(async (elapsedMs) => {
        if (elapsedMs === 20_000)
          await database.db.execute(sql`DELETE FROM leases WHERE id = ${leaseId}`);
      }),
    );
    expect([end.kind, end.elapsedMs]).toEqual(['no worker', 50_000]);
  });

  it('stops waiting when it is interrupted', async () => {
    await storeLease('is alive');
    const interrupt = new AbortController();
    const end = await send(
      timerWith(async () => interrupt.abort()),
      { signal: interrupt.signal },
    );
    expect([end.kind, end.elapsedMs]).toEqual(['interrupted', 250]);
  });

  it('has nothing to wait for when nothing is due', async () => {
    clock.set('2026-05-08T06:00:00Z');
    expect(await send(timerWith())).toMatchObject({ kind: 'done', elapsedMs: 0 });
    expect(queue.rings).toEqual([]);
    clock.set('2026-05-08T07:00:00Z');
  });
});
