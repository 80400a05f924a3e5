import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Db } from '../../../../src/db/client.ts';
import { listDueBatches } from '../../../../src/db/deliveries/batches.ts';
import { freezeAudience } from '../../../../src/db/deliveries/transitions/add.ts';
import { resetToPending } from '../../../../src/db/deliveries/transitions/resend.ts';
import { addDigest } from '../../../../src/db/digests/digests.ts';
import { useDatabase } from '../../../support/database.ts';
import { storeSubscriber, syncBatchesWithDeliveries } from '../../../support/rows.ts';

const database = useDatabase();
const NOW = new Date('2026-05-08T09:00:00Z');

beforeEach(() => database.empty());

describe('Resending the failed deliveries of a digest', () => {
  it('A delivery that fails in another batch meanwhile is not made pending where nobody looks', async () => {
    const { db } = database;
    for (const hour of [7, 8]) await storeSubscriber(db, { hour });
    const digest = await addDigest(db, { kind: 'daily', date: '2026-05-08', composedAt: NOW });
    const groups = [7, 8].map((hour) => ({ frequency: 'daily' as const, timezone: 'UTC', hour }));
    const computeTimes = async () =>
      groups.map((group) => ({
        ...group,
        sendAt: new Date(`2026-05-08T0${group.hour}:00:00Z`),
        expiresAt: new Date(`2026-05-09T0${group.hour}:00:00Z`),
        isDue: true,
      }));
    await freezeAudience(db, digest, { groups, computeTimes, now: NOW });
    const fail = async (batch: number) => {
      await db.execute(sql`UPDATE deliveries SET state = 'failed' WHERE batch = ${batch}`);
      await syncBatchesWithDeliveries(db);
    };
    await fail(0);
    let statements = 0;
    const interrupted = new Proxy(db, {
      get: (target, name) => {
        if (name !== 'execute') return Reflect.get(target, name);
        return async (query: Parameters<Db['execute']>[0]) => {
          statements += 1;
          const result = await target.execute(query);
          if (statements === 1) await fail(1);
          return result;
        };
      },
    });
    expect(
      await resetToPending(
        interrupted,
        digest.id,
        { state: 'failed' },
        { now: NOW, expiresAt: NOW },
      ),
    ).toBe(1);
    expect((await listDueBatches(db, NOW)).map(({ batch }) => batch)).toEqual([0]);
    const { rows } = await db.execute(sql`SELECT batch, state FROM deliveries ORDER BY batch`);
    expect(rows).toEqual([
      { batch: 0, state: 'pending' },
      { batch: 1, state: 'failed' },
    ]);
  });
});
