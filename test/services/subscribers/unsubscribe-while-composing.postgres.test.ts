import { expect, it } from 'vitest';
import type { Db } from '../../../src/db/client.ts';
import { claimBatch } from '../../../src/db/deliveries/transitions/claim.ts';
import { eraseAddress } from '../../../src/services/subscribers/erase-address.ts';
import { unsubscribe } from '../../../src/services/subscribers/unsubscribe.ts';
import { FRIDAY } from '../../support/clock.ts';
import { suppressionKey, tokens } from '../../support/keys.ts';
import { createRecordingQueue } from '../../support/recording-queue.ts';
import { storeSubscriber } from '../../support/rows.ts';
import { useSendingFixture } from '../deliveries/sending-fixture.ts';

const { clock, compose, database, lease, rows, storeSixPapers } = useSendingFixture();

it.each([
  [
    'unsubscribes',
    (db: Db, id: number) =>
      unsubscribe(
        { db, queue: createRecordingQueue(), tokens, clock },
        tokens.seal({ kind: 'subscriber', subscriberId: id }),
      ),
  ],
  ['is erased', (db: Db) => eraseAddress({ db, clock, suppressionKey }, 'ada@example.org')],
])(
  'A subscriber who %s while a digest is composed is skipped in that digest, even once claimed',
  async (_how, leave) => {
    await storeSixPapers();
    const id = await storeSubscriber(database.db, { email: 'ada@example.org' });
    const leaseId = await lease();
    let digestId = 0;
    const composeAndClaim = async () => {
      digestId = await compose('daily', FRIDAY);
      const key = { digestId, batch: 0, leaseId, now: clock() };
      expect(await claimBatch(database.db, key)).toHaveLength(1);
    };
    await leave(callBeforeFirstCommit(database.db, composeAndClaim), id);
    expect(await rows(digestId)).toMatchObject([{ id, state: 'skipped', lease: null }]);
  },
);

/** The same database. Its first transaction calls `before` just before it commits. */
function callBeforeFirstCommit(db: Db, before: () => Promise<void>): Db {
  let isFirst = true;
  const transaction: Db['transaction'] = (run, config) =>
    db.transaction(async (tx) => {
      const result = await run(tx);
      if (isFirst) await before();
      isFirst = false;
      return result;
    }, config);
  return new Proxy(db, {
    get: (target, name) => (name === 'transaction' ? transaction : Reflect.get(target, name)),
  });
}
