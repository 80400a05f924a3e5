import { describe, expect, it } from 'vitest';
import { listDomainThrottles } from '../../../../src/db/deliveries/domain-throttles.ts';
import { createDomainThrottle } from '../../../../src/domain/deliveries/domain-throttle.ts';
import { shareThrottles } from '../../../../src/services/deliveries/throttles/share-throttles.ts';
import { createFakeTimers } from '../../../relay/support/timers.ts';
import { buildSubscribers, MAX_IN_FLIGHT, useSendingFixture } from '../sending-fixture.ts';

const fixture = useSendingFixture();
const { clock, composeFor, database, deliver, deps, lease, statesOf } = fixture;

const SLOW = 'slow.example';
const MAX_CONCURRENT = 8;

/** The throttle of a worker with active batches, and what shares it. */
function openWorker(changes: { db?: typeof database.db } = {}) {
  const throttle = createDomainThrottle(MAX_CONCURRENT);
  const timers = createFakeTimers();
  let isActive = true;
  const problems: string[] = [];
  const shared = shareThrottles({
    ...{ db: database.db, clock, throttle, timers, stopping: new AbortController().signal },
    isActive: () => isActive,
    log: (_level, event) => void problems.push(event),
    ...changes,
  });
  return {
    ...{ throttle, timers, shared, problems },
    rest: () => {
      isActive = false;
    },
    decide: () => throttle.decide(SLOW, clock().getTime()).kind,
    /** The domain answers a mail with a request to slow down. */
    slowDown: () => {
      throttle.recordStart(SLOW);
      throttle.recordReply(SLOW, { isAccepted: false, requestsBackoff: true }, clock().getTime());
    },
    accept: () => {
      throttle.recordStart(SLOW);
      throttle.recordReply(SLOW, { isAccepted: true, requestsBackoff: false }, clock().getTime());
    },
  };
}

const stored = () => listDomainThrottles(database.db, clock());

describe('Workers that share the throttles of domains', () => {
  it('A domain that asks one worker to slow down gets no mail from the others meanwhile', async () => {
    const [one, other] = [openWorker(), openWorker()];
    await Promise.all([one.shared.begin(), other.shared.begin()]);
    one.slowDown();
    expect(other.decide()).toBe('send');
    one.timers.advance(1);
    await expect.poll(stored, { timeout: 30_000 }).toHaveLength(1);
    other.timers.advance(1);
    await expect.poll(other.decide, { timeout: 30_000 }).toBe('back-off');
    clock.advance(2000);
    // Both send one mail at a time now.
    expect([one.decide(), other.decide()]).toEqual(['send', 'send']);
    other.throttle.recordStart(SLOW);
    expect(other.decide()).toBe('wait');
  });

  it('A worker that starts again remembers which domains are throttled', async () => {
    const before = openWorker();
    before.slowDown();
    await before.shared.flush();
    const after = openWorker();
    await after.shared.begin();
    expect(after.decide()).toBe('back-off');
  });

  it('A back-off that another worker was asked for makes the next one longer', async () => {
    const [one, other] = [openWorker(), openWorker()];
    one.slowDown();
    await one.shared.flush();
    await other.shared.begin();
    clock.advance(2000);
    other.slowDown();
    await other.shared.flush();
    expect(await stored()).toMatchObject([{ domain: SLOW, backoffMs: 4000 }]);
  });

  it('A domain that accepts mail again is forgotten, and its old back-off does not come back', async () => {
    const [one, other] = [openWorker(), openWorker()];
    one.slowDown();
    await one.shared.flush();
    await other.shared.begin();
    clock.advance(2000);
    for (let mail = 0; mail < 100; mail += 1) other.accept();
    other.timers.advance(1);
    await expect.poll(stored, { timeout: 30_000 }).toEqual([]);
    for (let mail = 0; mail < MAX_CONCURRENT; mail += 1) other.throttle.recordStart(SLOW);
    expect(other.decide()).toBe('send');
  });

  it('What could not be stored is stored later', async () => {
    let isAway = true;
    const db = new Proxy(database.db, {
      get: (target, name) =>
        name === 'execute' && isAway
          ? () => Promise.reject(new Error('away'))
          : Reflect.get(target, name),
    });
    const worker = openWorker({ db });
    worker.slowDown();
    await worker.shared.flush();
    expect(worker.problems).toHaveLength(1);
    isAway = false;
    await worker.shared.flush();
    expect(await stored()).toHaveLength(1);
  });

  it('Without active batches nothing is asked, and what is unsaved is still stored', async () => {
    const worker = openWorker();
    await worker.shared.begin();
    worker.slowDown();
    worker.rest();
    worker.timers.advance(1);
    await expect.poll(stored, { timeout: 30_000 }).toHaveLength(1);
  });

  it('A digest is throttled by what a domain answered another worker', async () => {
    const { digestId } = await composeFor(buildSubscribers(MAX_IN_FLIGHT));
    const other = openWorker();
    other.throttle.recordStart('example.org');
    other.throttle.recordReply(
      'example.org',
      { isAccepted: false, requestsBackoff: true },
      clock().getTime(),
    );
    await other.shared.flush();
    expect(await deliver(deps(), { digestId, leaseId: await lease() })).toMatchObject({ sent: 0 });
    expect(fixture.sink.mailCommands).toBe(0);
    expect(await statesOf(digestId)).toEqual(Array(MAX_IN_FLIGHT).fill('pending'));
  });
});
