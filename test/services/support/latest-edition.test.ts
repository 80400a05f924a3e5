import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { joinAudience } from '../../../src/db/audience.ts';
import { listDueBatches } from '../../../src/db/batches.ts';
import { markCancelled } from '../../../src/db/digests.ts';
import { composeDigest } from '../../../src/services/compose-digest.ts';
import { confirmSignUp } from '../../../src/services/confirm-sign-up.ts';
import { findLatestEdition } from '../../../src/services/support/latest-edition.ts';
import { paper, storePapers, storeSubscriber } from '../../support/rows.ts';
import { ADA, HOUR_MS, useAda } from './ada.ts';

const test = useAda();
const { ada, askFor, clock, database, deps, lastToken } = test;

describe('The latest digest at once', () => {
  const now = () => clock().toISOString().slice(0, 10);
  const confirmWishing = async (wantsLatest = true) =>
    confirmSignUp(deps(), await lastToken(), { wantsLatest });
  async function digestOf(kind: 'daily' | 'weekly' = 'daily', date = now()): Promise<number> {
    await storePapers(database.db, [paper({ usableOn: kind === 'daily' ? date : '2026-05-01' })]);
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

  it('is a delivery in a batch of its own, due now and counted', async () => {
    await storeSubscriber(database.db);
    const digestId = await digestOf();
    await askFor();
    await confirmWishing();
    expect(await everything()).toEqual([
      { batch: 0, state: 'pending', isDue: false, states: { pending: 1 }, audience: 2 },
      { batch: 1, state: 'pending', isDue: true, states: { pending: 1 }, audience: 2 },
    ]);
    expect(test.queue.rings.at(-1)).toMatchObject({ name: 'batch', data: { digestId, batch: 1 } });
    expect(await listDueBatches(database.db, clock())).toEqual([{ digestId, batch: 1, claims: 0 }]);
  });

  it('comes also when the digest has no reader yet, and of the kind that the reader gets', async () => {
    const monday = '2026-05-04';
    await digestOf('weekly', monday);
    await askFor(ADA, { frequency: 'weekly' });
    await confirmWishing();
    expect(await everything()).toMatchObject([{ batch: 0, state: 'pending', audience: 1 }]);
  });

  it('does not come unasked, twice, of a cancelled digest or of an old one', async () => {
    const digestId = await digestOf();
    await askFor();
    await confirmWishing(false);
    expect(await everything()).toMatchObject([{ batch: null, audience: 0 }]);
    const { id } = await ada();
    const join = () => joinAudience(database.db, digestId, id, clock());
    expect(await join()).not.toBeNull();
    expect(await join()).toBeNull();
    expect(await findLatestEdition(database.db, await ada(), clock())).toBeNull();
    const other = { id: await storeSubscriber(database.db), frequency: 'daily' } as const;
    expect(await findLatestEdition(database.db, other, clock())).toMatchObject({ id: digestId });
    clock.advance(4 * 24 * HOUR_MS);
    expect(await findLatestEdition(database.db, other, clock())).not.toBeNull();
    clock.advance(24 * HOUR_MS);
    expect(await findLatestEdition(database.db, other, clock())).toBeNull();
    await markCancelled(database.db, digestId, clock());
    expect(await joinAudience(database.db, digestId, other.id, clock())).toBeNull();
  });
});
