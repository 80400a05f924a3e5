import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { resetToPending } from '../../../src/db/deliveries/transitions/resend.ts';
import { readDigestStatus } from '../../../src/services/digests/digest-status.ts';
import { requireDigest } from '../../../src/services/digests/require-digest.ts';
import { FRIDAY } from '../../support/clock.ts';
import { buildSubscribers, MINUTE_MS, useSendingFixture } from '../deliveries/sending-fixture.ts';

const fixture = useSendingFixture();
const { clock, composeFor, database, deliver, deps, lease } = fixture;

async function readDelays() {
  const { db } = database;
  return (await readDigestStatus(db, await requireDigest(db, 'daily', FRIDAY), clock())).delays;
}

describe('How late a digest is', () => {
  it('The first attempt counts from the reader’s hour, and neither a retry nor a resend', async () => {
    const { digestId, ids } = await composeFor(buildSubscribers(5));
    expect(await readDelays()).toBeNull();
    fixture.sink.respondWith((to) =>
      to.startsWith('r0') ? { at: 'rcpt', reply: '450 4.2.1 Later' } : 'accept',
    );
    const worker = deps();
    clock.advance(3000);
    await deliver(worker, { digestId, leaseId: await lease() });
    const expected = { p50: 3, p95: 3, p99: 3, max: 3 };
    expect(await readDelays()).toEqual(expected);
    fixture.sink.respondWith(() => 'accept');
    clock.advance(60 * MINUTE_MS);
    await database.db.execute(
      sql`UPDATE deliveries SET state = 'failed' WHERE subscriber_id = ${ids[1]}`,
    );
    await database.db.transaction((tx) =>
      resetToPending(
        tx,
        digestId,
        { subscriberIds: [ids[1] ?? 0] },
        { now: clock(), expiresAt: new Date('2026-05-09T07:00:00Z') },
      ),
    );
    expect(await deliver(worker, { digestId, leaseId: await lease() })).toMatchObject({ sent: 2 });
    expect(await readDelays()).toEqual(expected);
  });
});
