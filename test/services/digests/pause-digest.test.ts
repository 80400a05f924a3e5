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
    const states = await statesOf(digestId);
    expect(states.filter((state) => state === 'sent')).toHaveLength(MAX_IN_FLIGHT);
    expect(states.filter((state) => state === 'pending')).toHaveLength(2 * MAX_IN_FLIGHT);
  });

  it('Cancelling a paused digest also skips the deliveries that a worker has claimed', async () => {
    const { digestId } = await composeFor(buildSubscribers(3 * MAX_IN_FLIGHT));
    fixture.sink.beforeReply(async () => {
      await markDigestCancelled(database.db, digestId, clock());
    });
    await deliver(deps(), { digestId, leaseId: await lease() });
    const states = await statesOf(digestId);
    expect(states.filter((state) => state === 'sent')).toHaveLength(MAX_IN_FLIGHT);
    expect(states.filter((state) => state === 'skipped')).toHaveLength(2 * MAX_IN_FLIGHT);
  });
});
