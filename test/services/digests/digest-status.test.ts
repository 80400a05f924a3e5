import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { addDays } from '../../../src/domain/time/schedule.ts';
import { readDigestStatus } from '../../../src/services/digests/digest-status.ts';
import { requireDigest } from '../../../src/services/digests/require-digest.ts';
import { FRIDAY, MONDAY } from '../../support/clock.ts';
import { storePapers } from '../../support/rows.ts';
import { buildPaperOf, useDigestFixture } from './digest-fixture.ts';

const { compose, database, subscriber, setStates } = useDigestFixture();

describe('The status of a digest', () => {
  const NOW = new Date('2026-05-08T07:00:00Z');

  it('The audience is the sum over all delivery states', async () => {
    await storePapers(database.db, [buildPaperOf(FRIDAY)]);
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
    for (let n = 0; n < 16; n++) await subscriber({ hour: n < 2 ? 8 : 7 });
    const { digest } = await compose('daily', FRIDAY);
    if (!digest) throw new Error('Nothing was composed.');
    await setStates(states);
    await database.db.execute(
      sql`UPDATE deliveries SET updated_at = ${new Date(NOW.getTime() - 2000)}`,
    );
    expect(await readDigestStatus(database.db, digest, NOW)).toEqual({
      digest,
      audience: 16,
      states,
      due: 3,
      inProgress: 3,
      scheduled: 2,
      ratePerSecond: 2,
      secondsLeft: 3,
      delays: null,
    });
  });

  it('The time left is unknown at a rate of 0, and 0 when all is sent', async () => {
    await storePapers(database.db, [buildPaperOf(FRIDAY)]);
    await subscriber();
    const { digest } = await compose('daily', FRIDAY);
    if (!digest) throw new Error('Nothing was composed.');
    expect(await readDigestStatus(database.db, digest, NOW)).toMatchObject({
      due: 1,
      ratePerSecond: 0,
      secondsLeft: null,
    });
    await setStates({ skipped: 1 });
    expect(await readDigestStatus(database.db, digest, NOW)).toMatchObject({ secondsLeft: 0 });
  });

  it('requireDigest finds the newest digest, or that of a date', async () => {
    await storePapers(database.db, [buildPaperOf(FRIDAY), buildPaperOf(addDays(FRIDAY, 1))]);
    await compose('daily', FRIDAY);
    const { db } = database;
    await expect(requireDigest(db, 'weekly', null)).rejects.toMatchObject({ code: 'NO_DIGEST' });
    await expect(requireDigest(db, 'daily', MONDAY)).rejects.toMatchObject({ code: 'NO_DIGEST' });
    await compose('daily', addDays(FRIDAY, 1));
    expect((await requireDigest(db, 'daily', null)).date).toBe(addDays(FRIDAY, 1));
    expect((await requireDigest(db, 'daily', FRIDAY)).date).toBe(FRIDAY);
  });
});
