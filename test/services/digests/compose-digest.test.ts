import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { freezeAudience } from '../../../src/db/deliveries/transitions/add.ts';
import { listSendGroups } from '../../../src/db/digests/audience.ts';
import { addDigest, listDigestPapers, listDigests } from '../../../src/db/digests/digests.ts';
import { savePapers } from '../../../src/db/papers/papers.ts';
import { listDigestRecipients } from '../../../src/db/subscribers/subscribers.ts';
import type { DigestKind } from '../../../src/domain/digests/digest.ts';
import { createSendTimes } from '../../../src/domain/digests/send-times.ts';
import { addDays } from '../../../src/domain/time/schedule.ts';
import { composeDigest } from '../../../src/services/digests/compose-digest.ts';
import { FRIDAY, MONDAY } from '../../support/clock.ts';
import { storePapers } from '../../support/rows.ts';
import { buildPaperOf, listSendTimes, useDigestFixture } from './digest-fixture.ts';

const { compose, database, subscriber } = useDigestFixture();

async function idsIn(digestId: number | undefined): Promise<string[]> {
  return (await listDigestPapers(database.db, digestId ?? 0)).map(({ id }) => id).sort();
}

describe('The papers of a daily digest', () => {
  it('A daily digest has the papers usable on its day and in the four days before', async () => {
    const days = [-6, -5, -4, -1, 0, 1].map((days) => addDays(FRIDAY, days));
    await storePapers(
      database.db,
      days.map((day) => buildPaperOf(day, day)),
    );
    const { digest, isNew } = await compose('daily', FRIDAY);
    expect(await idsIn(digest?.id)).toEqual([addDays(FRIDAY, -4), addDays(FRIDAY, -1), FRIDAY]);
    expect({ isNew, papers: digest?.papers, number: digest?.number }).toEqual({
      isNew: true,
      papers: 3,
      number: 1,
    });
  });

  it('A paper is in one digest of a kind only', async () => {
    await storePapers(database.db, [buildPaperOf(FRIDAY, 'a')]);
    await compose('daily', FRIDAY);
    await storePapers(database.db, [
      buildPaperOf(addDays(FRIDAY, 1), 'b'),
      buildPaperOf(FRIDAY, 'late'),
    ]);
    const { digest } = await compose('daily', addDays(FRIDAY, 1));
    expect(await idsIn(digest?.id)).toEqual(['b', 'late']);
    expect(digest?.number).toBe(2);
  });

  it('Papers of a digest stay as they were after later imports', async () => {
    const first = buildPaperOf(FRIDAY, 'a');
    await storePapers(database.db, [{ ...first, slugs: ['rl'] }]);
    const { digest } = await compose('daily', FRIDAY);
    const before = await listDigestPapers(database.db, digest?.id ?? 0);
    await savePapers(database.db, [{ ...first, title: 'Another title', upvotes: 99 }], new Date());
    await storePapers(database.db, [buildPaperOf(FRIDAY, 'late')]);
    await compose('daily', FRIDAY);
    expect(await listDigestPapers(database.db, digest?.id ?? 0)).toEqual(before);
    expect(before[0]?.topics).toEqual([{ slug: 'rl', score: expect.closeTo(0.3) }]);
  });

  it('Papers of a digest are ranked from 0', async () => {
    await storePapers(database.db, [
      { ...buildPaperOf(FRIDAY, 'quiet') },
      { ...buildPaperOf(FRIDAY, 'loud'), upvotes: 40 },
      { ...buildPaperOf(FRIDAY, 'code'), codeUrl: 'https://example.org/' },
    ]);
    const { digest } = await compose('daily', FRIDAY);
    const frozen = await listDigestPapers(database.db, digest?.id ?? 0);
    expect(frozen.map(({ id, rank }) => [id, rank])).toEqual([
      ['loud', 0],
      ['code', 1],
      ['quiet', 2],
    ]);
  });

  it('A digest has the best thousand papers, and the others may be in the next one', async () => {
    const papers = Array.from({ length: 1500 }, (_, n) => buildPaperOf(FRIDAY, `p${n}`));
    await storePapers(database.db, papers);
    expect((await compose('daily', FRIDAY)).digest?.papers).toBe(1000);
    expect((await compose('daily', '2026-05-09')).digest?.papers).toBe(500);
  });
});

describe('A digest', () => {
  it('Composing a digest again changes nothing', async () => {
    await storePapers(database.db, [buildPaperOf(FRIDAY)]);
    await subscriber();
    const first = await compose('daily', FRIDAY);
    await subscriber();
    const again = await compose('daily', FRIDAY, new Date('2026-05-08T09:00:00Z'));
    expect(again).toEqual({ digest: first.digest, isNew: false });
    expect(Object.keys(await listSendTimes(database.db, first.digest?.id))).toHaveLength(1);
  });

  it('Three processes that compose at once make one digest', async () => {
    await storePapers(database.db, [buildPaperOf(FRIDAY)]);
    await subscriber();
    const results = await Promise.all([1, 2, 3].map(() => compose('daily', FRIDAY)));
    expect(results.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(results.map(({ digest }) => digest?.id)).size).toBe(1);
    expect(results.map(({ digest }) => digest?.audience)).toEqual([1, 1, 1]);
  });

  it('A day without papers stores no digest, so that composing can be retried', async () => {
    await subscriber();
    expect(await compose('daily', FRIDAY)).toEqual({ digest: null, isNew: false });
    expect(await listDigests(database.db, 9)).toEqual([]);
    await storePapers(database.db, [buildPaperOf(FRIDAY)]);
    expect((await compose('daily', FRIDAY)).isNew).toBe(true);
  });

  it('A digest may have no audience', async () => {
    await storePapers(database.db, [buildPaperOf(FRIDAY)]);
    expect((await compose('daily', FRIDAY)).digest?.audience).toBe(0);
  });

  it('A failure while freezing leaves nothing behind', async () => {
    await storePapers(database.db, [buildPaperOf(FRIDAY)]);
    await subscriber();
    await database.db.execute(sql`ALTER TABLE batches ADD CONSTRAINT odd CHECK (batch > 0)`);
    await expect(compose('daily', FRIDAY)).rejects.toThrow();
    await database.db.execute(sql`ALTER TABLE batches DROP CONSTRAINT odd`);
    expect(await listDigests(database.db, 9)).toEqual([]);
  });
});

describe('A weekly digest', () => {
  it('A weekly digest is dated on a Monday', async () => {
    await expect(compose('weekly', FRIDAY)).rejects.toMatchObject({ code: 'NOT_A_MONDAY' });
  });

  it('A weekly digest has the papers of the seven days before, also those of daily digests', async () => {
    const days = [-8, -7, -3, -1, 0].map((days) => addDays(MONDAY, days));
    await storePapers(
      database.db,
      days.map((day) => buildPaperOf(day, day)),
    );
    await compose('daily', FRIDAY);
    const { digest } = await compose('weekly', MONDAY);
    expect(await idsIn(digest?.id)).toEqual([-7, -3, -1].map((days) => addDays(MONDAY, days)));
    expect(digest?.number).toBe(1);
  });

  it('The weekly digest goes to weekly subscribers, the daily one to the others', async () => {
    await storePapers(database.db, [buildPaperOf(addDays(MONDAY, -1)), buildPaperOf(MONDAY)]);
    const daily = await subscriber({ frequency: 'daily' });
    const weekdays = await subscriber({ frequency: 'weekdays' });
    const weekly = await subscriber({ frequency: 'weekly' });
    const keys = async (kind: DigestKind) =>
      Object.keys(await listSendTimes(database.db, (await compose(kind, MONDAY)).digest?.id)).map(
        Number,
      );
    expect(await keys('weekly')).toEqual([weekly]);
    expect((await keys('daily')).sort()).toEqual([daily, weekdays].sort());
  });
});

describe('The audience', () => {
  it('An audience of ten thousand is frozen fast, also before the first ANALYZE', async () => {
    await storePapers(database.db, [buildPaperOf(FRIDAY)]);
    await database.db.execute(sql`
      INSERT INTO subscribers (email, email_key, status, topics, keywords, frequency, timezone, hour,
        papers, created_at, updated_at)
      SELECT 'r' || n, 'r' || n, 'active', '{}', '{}', 'daily', 'UTC', n % 24, 10, now(), now()
      FROM generate_series(1, 10000) AS n`);
    const { digest } = await compose('daily', FRIDAY);
    expect(digest?.audience).toBe(10_000);
  });

  it('A subscriber who moves to an hour that nobody had while the digest is composed gets it', async () => {
    const { db } = database;
    await storePapers(db, [buildPaperOf(FRIDAY)]);
    const [first, moving, last] = [await subscriber(), await subscriber(), await subscriber()];
    const moves = ['Asia/Kolkata', 'Asia/Tokyo'];
    const groups = await listSendGroups(db, 'daily');
    const digest = await addDigest(db, { kind: 'daily', date: FRIDAY, composedAt: new Date() });
    const computeSendTimes = createSendTimes('daily', new Date('2026-05-08T05:30:00Z'));
    const audience = await freezeAudience(db, digest, {
      groups,
      now: new Date('2026-05-08T05:30:00Z'),
      computeTimes: async (listed) => {
        const timezone = moves.shift();
        if (timezone !== undefined)
          await db.execute(sql`
            UPDATE subscribers SET timezone = ${timezone}, hour = 20 WHERE id = ${moving}`);
        return listed.map((group) => ({ ...group, ...computeSendTimes(group) }));
      },
    });
    expect(audience).toBe(3);
    expect(await listSendTimes(db, digest.id)).toEqual({
      [first]: '2026-05-08T07:00:00.000Z',
      [moving]: '2026-05-08T11:00:00.000Z',
      [last]: '2026-05-08T07:00:00.000Z',
    });
    const { rows } = await db.execute(
      sql`SELECT batch, states, due_at < expires_at AS "isOpen" FROM batches ORDER BY batch`,
    );
    expect(rows).toEqual([
      { batch: 0, states: { pending: 2 }, isOpen: true },
      { batch: 1, states: { pending: 1 }, isOpen: true },
    ]);
  });

  it('The audience is the active subscribers at the moment of composing', async () => {
    await storePapers(database.db, [buildPaperOf(FRIDAY)]);
    const active = await subscriber();
    for (const status of ['pending', 'paused', 'unsubscribed'] as const)
      await subscriber({ status });
    const { digest } = await compose('daily', FRIDAY);
    await subscriber();
    expect(digest?.audience).toBe(1);
    expect(Object.keys(await listSendTimes(database.db, digest?.id))).toEqual([String(active)]);
  });

  it('A subscriber whose time zone this version does not know gets the digest by UTC', async () => {
    await storePapers(database.db, [buildPaperOf(FRIDAY)]);
    const id = await subscriber({ timezone: 'Mars/Olympus_Mons', hour: 7 });
    const other = await subscriber({ timezone: 'Asia/Kolkata', hour: 20 });
    const { digest } = await compose('daily', FRIDAY);
    expect(await listSendTimes(database.db, digest?.id)).toMatchObject({
      [id]: '2026-05-08T07:00:00.000Z',
      [other]: '2026-05-08T14:30:00.000Z',
    });
    const recipients = await listDigestRecipients(database.db, [id]);
    expect(recipients.get(id)?.timezone).toBe('UTC');
  });

  it.each([
    // An hour before composing is past: 05:30 is over when composing starts at 05:30:01.
    ['2026-05-08T05:30:00Z', 'UTC', 7, '2026-05-08T07:00:00.000Z'],
    ['2026-05-08T05:30:00Z', 'UTC', 5, '2026-05-09T05:00:00.000Z'],
    ['2026-05-08T07:00:00Z', 'UTC', 7, '2026-05-08T07:00:00.000Z'],
    ['2026-05-08T05:30:00Z', 'Asia/Kolkata', 7, '2026-05-09T01:30:00.000Z'],
    ['2026-05-08T05:30:00Z', 'America/Los_Angeles', 23, '2026-05-08T06:00:00.000Z'],
    ['2026-05-08T05:30:00Z', 'Pacific/Kiritimati', 20, '2026-05-08T06:00:00.000Z'],
    // In Berlin 02:00 does not exist on 29 March 2026, and occurs twice on 25 October.
    ['2026-03-28T05:30:00Z', 'Europe/Berlin', 2, '2026-03-29T01:00:00.000Z'],
    ['2026-03-28T06:30:00Z', 'Europe/Berlin', 7, '2026-03-29T05:00:00.000Z'],
    ['2026-10-24T05:30:00Z', 'Europe/Berlin', 2, '2026-10-25T00:00:00.000Z'],
    ['2026-10-24T05:30:00Z', 'Europe/Berlin', 7, '2026-10-25T06:00:00.000Z'],
  ])(
    'A digest composed at %s for %s at hour %i is sent at %s',
    async (now, timezone, hour, expected) => {
      const date = now.slice(0, 10);
      await storePapers(database.db, [buildPaperOf(date)]);
      const id = await subscriber({ timezone, hour });
      const { digest } = await compose('daily', date, new Date(now));
      expect(await listSendTimes(database.db, digest?.id)).toEqual({ [id]: expected });
    },
  );

  it.each([
    ['2026-05-08', 'UTC', 7, true], // Friday
    ['2026-05-08', 'Asia/Tokyo', 7, false], // already Saturday there
    ['2026-05-09', 'UTC', 7, false], // Saturday
    ['2026-05-09', 'America/Los_Angeles', 23, true], // still Friday there
    ['2026-05-10', 'UTC', 7, false], // Sunday
    ['2026-05-10', 'Asia/Tokyo', 7, true], // already Monday there
    ['2026-05-11', 'UTC', 7, true], // Monday
    ['2026-05-11', 'America/Los_Angeles', 23, false], // still Sunday there
  ])(
    'A digest of %s includes a weekdays subscriber in %s at hour %i: %s',
    async (date, timezone, hour, isDue) => {
      await storePapers(database.db, [buildPaperOf(date)]);
      await subscriber({ frequency: 'weekdays', timezone, hour });
      expect((await compose('daily', date)).digest?.audience).toBe(isDue ? 1 : 0);
    },
  );

  it('A late digest counts hours from when composing was due', async () => {
    await storePapers(database.db, [buildPaperOf(FRIDAY)]);
    const id = await subscriber({ hour: 7 });
    const { digest } = await composeDigest(database.db, {
      kind: 'daily',
      date: FRIDAY,
      now: new Date('2026-05-08T09:00:00Z'),
      from: new Date('2026-05-08T05:30:00Z'),
    });
    expect(await listSendTimes(database.db, digest?.id)).toEqual({
      [id]: '2026-05-08T07:00:00.000Z',
    });
  });
});
