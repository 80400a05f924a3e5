import { describe, expect, it } from 'vitest';
import { updatePreferences, updateStatus } from '../../../src/db/subscribers/subscribers.ts';
import { suppressAddress } from '../../../src/db/subscribers/suppressions.ts';
import { hashSuppressedAddress } from '../../../src/domain/links/tokens.ts';
import { eraseAddress } from '../../../src/services/subscribers/erase-address.ts';
import { unsubscribe } from '../../../src/services/subscribers/unsubscribe.ts';
import { suppressionKey, tokens } from '../../support/keys.ts';
import { createRecordingQueue } from '../../support/recording-queue.ts';
import {
  buildSubscribers,
  MAX_IN_FLIGHT,
  MINUTE_MS,
  useSendingFixture,
} from '../deliveries/sending-fixture.ts';

const fixture = useSendingFixture();
const { clock, composeFor, database, deliver, deps, lease, rows, statesOf } = fixture;

describe('A subscriber who leaves during a send', () => {
  it.each([
    [
      'leaves',
      (id: number) => updateStatus(database.db, id, 'unsubscribed', clock()),
      /unsubscribed/,
    ],
    [
      'is erased',
      () => eraseAddress({ db: database.db, clock, suppressionKey }, 'r0@example.org'),
      /erased/,
    ],
    [
      'is suppressed',
      () =>
        suppressAddress(database.db, {
          emailHash: hashSuppressedAddress('r0@example.org', suppressionKey),
          reason: 'bounce',
          now: clock(),
        }),
      /suppressed/,
    ],
    [
      'follows topics of no paper',
      (id: number) => updatePreferences(database.db, id, { topics: ['robotics'] }, clock()),
      /No paper/,
    ],
  ] as [string, (id: number) => Promise<unknown>, RegExp][])(
    'A subscriber who %s before the batch is sent is skipped, and the others are not',
    async (_what, change, detail) => {
      const { digestId, ids } = await composeFor(buildSubscribers(2));
      await change(ids[0] ?? 0);
      const result = await deliver(deps(), { digestId, leaseId: await lease() });
      expect(result.sent).toBe(1);
      expect(await rows(digestId)).toMatchObject([
        { state: 'skipped', detail: expect.stringMatching(detail), lease: null, attempts: 0 },
        { state: 'sent' },
      ]);
      expect(fixture.sink.accepted.map(({ to }) => to)).toEqual(['r1@example.org']);
    },
  );

  it('A subscriber who leaves while the batch is being sent is skipped', async () => {
    const { digestId, ids } = await composeFor(buildSubscribers(2 * MAX_IN_FLIGHT));
    const waiting = new Map(ids.map((id, n) => [`r${n}@example.org`, id]));
    const leave = async () => {
      for (const { to } of fixture.sink.received) waiting.delete(to);
      const activeBatches = (await rows(digestId)).filter(({ state }) => state === 'claimed');
      const [left, erased] = activeBatches.map(({ id }) => id);
      const token = tokens.seal({ kind: 'delivery', digestId, subscriberId: left ?? 0 });
      await unsubscribe({ db: database.db, queue: createRecordingQueue(), tokens, clock }, token);
      const email = [...waiting].find(([, id]) => id === erased)?.[0] ?? '';
      await eraseAddress({ db: database.db, clock, suppressionKey }, email);
    };
    let leaving: Promise<void> | undefined;
    fixture.sink.beforeReply(() => {
      leaving ??= leave();
      return leaving;
    });
    const result = await deliver(deps(), { digestId, leaseId: await lease() });
    expect(result).toEqual({ claimed: 2 * MAX_IN_FLIGHT, sent: 2 * MAX_IN_FLIGHT - 2 });
    const skipped = (await rows(digestId)).filter(({ state }) => state === 'skipped');
    expect(skipped).toHaveLength(2);
    expect(
      skipped.filter(({ selection, messageId }) => selection === null && messageId === null),
    ).toHaveLength(2);
  });

  it('A subscriber who leaves after a deferral is skipped', async () => {
    const { digestId, ids } = await composeFor(buildSubscribers(1));
    fixture.sink.respondWith(() => ({ at: 'rcpt', reply: '451 4.3.0 Later' }));
    const leaseId = await lease();
    await deliver(deps(), { digestId, leaseId });
    await updateStatus(database.db, ids[0] ?? 0, 'unsubscribed', clock());
    clock.advance(60 * MINUTE_MS);
    await deliver(deps(), { digestId, leaseId });
    expect(await statesOf(digestId)).toEqual(['skipped']);
  });
});
