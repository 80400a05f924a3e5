import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { listDueBatches } from '../../../src/db/deliveries/batches.ts';
import { addToAudience } from '../../../src/db/deliveries/transitions/add.ts';
import { markDigestCancelled } from '../../../src/db/digests/digests.ts';
import { composeDigest } from '../../../src/services/digests/compose-digest.ts';
import { findSendableDigest } from '../../../src/services/digests/latest-digest.ts';
import { confirmSignUp } from '../../../src/services/subscribers/confirm-sign-up.ts';
import { buildPaper, storePapers, storeSubscriber } from '../../support/rows.ts';
import { HOUR_MS, TEST_ADDRESS, useSignUpFixture } from '../subscribers/sign-up-fixture.ts';

const test = useSignUpFixture();
const { ada, requestSignUp, clock, database, deps, lastToken } = test;

describe('The latest digest at once', () => {
  const now = () => clock().toISOString().slice(0, 10);
  const confirmWithPreferences = async (wantsLatest = true) =>
    confirmSignUp(deps(), await lastToken(), { wantsLatest });
  async function digestOf(kind: 'daily' | 'weekly' = 'daily', date = now()): Promise<number> {
    await storePapers(database.db, [
      buildPaper({ usableOn: kind === 'daily' ? date : '2026-05-01' }),
    ]);
    const { digest } = await composeDigest(database.db, { kind, date, now: clock() });
    return digest?.id ?? 0;
  }
  const everything = async () => {
    const { rows } = await database.db.execute(sql`
      SELECT batches.batch, state, deliveries.send_at <= ${clock()} AS "isDue", states, audience
      FROM digests LEFT JOIN batches ON batches.digest_id = digests.id
        LEFT JOIN deliveries ON deliveries.digest_id = digests.id AND deliveries.batch = batches.batch
      ORDER BY batches.batch`);
    return rows;
  };

  it('The latest digest is added as a batch of one delivery, due at once', async () => {
    await storeSubscriber(database.db);
    const digestId = await digestOf();
    await requestSignUp();
    await confirmWithPreferences();
    expect(await everything()).toEqual([
      { batch: 0, state: 'pending', isDue: false, states: { pending: 1 }, audience: 2 },
      { batch: 1, state: 'pending', isDue: true, states: { pending: 1 }, audience: 2 },
    ]);
    expect(test.queue.enqueued.at(-1)).toMatchObject({
      name: 'batch',
      data: { digestId, batch: 1 },
    });
    expect(await listDueBatches(database.db, clock())).toEqual([{ digestId, batch: 1, claims: 0 }]);
  });

  it('The latest digest of the subscriber’s kind is added also to an empty audience', async () => {
    const monday = '2026-05-04';
    await digestOf('weekly', monday);
    await requestSignUp(TEST_ADDRESS, { frequency: 'weekly' });
    await confirmWithPreferences();
    expect(await everything()).toMatchObject([{ batch: 0, state: 'pending', audience: 1 }]);
  });

  it('No delivery is added twice, of a cancelled digest or of an old one', async () => {
    const digestId = await digestOf();
    await requestSignUp();
    await confirmWithPreferences(false);
    expect(await everything()).toMatchObject([{ batch: null, audience: 0 }]);
    const reader = await ada();
    const digest = { id: digestId, kind: 'daily', composedAt: clock() } as const;
    const join = () => addToAudience(database.db, digest, reader, clock());
    expect(await join()).not.toBeNull();
    expect(await join()).toBeNull();
    expect(await findSendableDigest(database.db, await ada(), clock())).toBeNull();
    const other = { ...reader, id: await storeSubscriber(database.db) };
    expect(await findSendableDigest(database.db, other, clock())).toMatchObject({ id: digestId });
    clock.advance(4 * 24 * HOUR_MS);
    expect(await findSendableDigest(database.db, other, clock())).not.toBeNull();
    clock.advance(24 * HOUR_MS);
    expect(await findSendableDigest(database.db, other, clock())).toBeNull();
    await markDigestCancelled(database.db, digestId, clock());
    expect(await addToAudience(database.db, digest, other, clock())).toBeNull();
  });
});
