import { describe, expect, it } from 'vitest';
import {
  markDigestCancelled,
  markDigestPaused,
  markDigestResumed,
} from '../../../src/db/digests/digests.ts';
import {
  buildSubscribers,
  MAX_IN_FLIGHT,
  useSendingFixture,
} from '../deliveries/sending-fixture.ts';

const fixture = useSendingFixture();
const { clock, composeFor, database, deliver, deps, lease, statesOf } = fixture;

/** As many were sent as there were connections for at the first reply, the others are `others`. */
async function expectFewSent(digestId: number, others: 'pending' | 'skipped'): Promise<void> {
  const states = await statesOf(digestId);
  const sent = states.filter((state) => state === 'sent').length;
  expect(sent).toBeGreaterThan(0);
  expect(sent).toBeLessThanOrEqual(MAX_IN_FLIGHT);
  expect(states.filter((state) => state === others)).toHaveLength(3 * MAX_IN_FLIGHT - sent);
}

describe('A digest that is paused', () => {
  it('A paused digest is not claimed, and continues when it is resumed', async () => {
    const { digestId } = await composeFor(buildSubscribers(2));
    const leaseId = await lease();
    await markDigestPaused(database.db, digestId, 'Waiting.', clock());
    expect(await deliver(deps(), { digestId, leaseId })).toEqual({ claimed: 0, sent: 0 });
    await markDigestResumed(database.db, digestId);
    expect(await deliver(deps(), { digestId, leaseId })).toEqual({ claimed: 2, sent: 2 });
  });

  it('A digest paused while sending finishes mail in flight and releases the rest', async () => {
    const { digestId } = await composeFor(buildSubscribers(3 * MAX_IN_FLIGHT));
    fixture.sink.beforeReply(async () => {
      await markDigestPaused(database.db, digestId, 'Wait.', clock());
    });
    await deliver(deps(), { digestId, leaseId: await lease() });
    await expectFewSent(digestId, 'pending');
  });

  it('Cancelling a paused digest also skips the deliveries that a worker has claimed', async () => {
    const { digestId } = await composeFor(buildSubscribers(3 * MAX_IN_FLIGHT));
    fixture.sink.beforeReply(async () => {
      await markDigestCancelled(database.db, digestId, clock());
    });
    await deliver(deps(), { digestId, leaseId: await lease() });
    await expectFewSent(digestId, 'skipped');
  });
});
