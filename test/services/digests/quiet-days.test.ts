import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { previewDigest } from '../../../src/services/digests/preview-digest.ts';
import { requireDigest } from '../../../src/services/digests/require-digest.ts';
import { viewDelivery } from '../../../src/services/digests/view-delivery.ts';
import { FRIDAY } from '../../support/clock.ts';
import { tokens } from '../../support/keys.ts';
import { buildPaper, storePapers } from '../../support/rows.ts';
import { useSendingFixture } from '../deliveries/sending-fixture.ts';

const fixture = useSendingFixture();
const { clock, compose, composeFor, database, deliver, deps, lease, rows, statesOf } = fixture;

describe('A quiet day', () => {
  const SATURDAY = '2026-05-09';
  const quietSince = async () => {
    const { rows } = await database.db.execute<{ day: string | null }>(
      sql`SELECT quiet_since::text AS day FROM subscribers ORDER BY id`,
    );
    return rows.map(({ day }) => day);
  };
  const onSaturday = async (): Promise<number> => {
    await storePapers(database.db, [
      { ...buildPaper({ id: 'late', usableOn: SATURDAY }), slugs: ['agents', 'rl'] },
    ]);
    const digestId = await compose('daily', SATURDAY);
    clock.set(`${SATURDAY}T07:00:00Z`);
    return digestId;
  };

  it('A quiet day is skipped, named in the next mail, and forgotten when that is sent', async () => {
    const leaseId = await lease();
    const { digestId } = await composeFor([{ topics: ['agents'] }, { topics: ['rl'] }]);
    await deliver(deps(), { digestId, leaseId });
    expect(await rows(digestId)).toMatchObject([
      { state: 'skipped', detail: 'No paper of this digest matches what the reader follows.' },
      { state: 'sent' },
    ]);
    expect(await quietSince()).toEqual([FRIDAY, null]);

    fixture.sink.accepted.length = 0;
    await deliver(deps(), { digestId: await onSaturday(), leaseId });
    const [noticed, other] = fixture.sink.accepted
      .sort((a, b) => a.to.localeCompare(b.to, 'en', { numeric: true }))
      .map(({ raw }) => raw.toString().replace(/=\r\n/g, ''));
    expect(noticed).toContain('matched what you follow');
    expect(other).not.toContain('matched what you follow');
    expect(await quietSince()).toEqual([null, null]);
  });

  it('The web view names the quiet day before and after the mail is sent', async () => {
    const leaseId = await lease();
    const { digestId, ids } = await composeFor([{ topics: ['agents'] }]);
    await deliver(deps(), { digestId, leaseId });
    const saturday = await onSaturday();
    const token = tokens.seal({ kind: 'delivery', digestId: saturday, subscriberId: ids[0] ?? 0 });
    const noteOnWeb = async () =>
      (await viewDelivery({ ...deps(), classifyNonWorkingDay: () => null }, token))?.note;
    const noticed =
      'Nothing on Friday matched what you follow, so we didn’t write. Here’s Saturday.';
    fixture.sink.respondWith(() => ({ at: 'data', reply: '451 4.7.1 Later' }));
    await deliver(deps(), { digestId: saturday, leaseId });
    expect(await noteOnWeb()).toBe(noticed);
    fixture.sink.respondWith(() => 'accept');
    clock.set(`${SATURDAY}T09:00:00Z`);
    await deliver(deps(), { digestId: saturday, leaseId });
    expect(await statesOf(saturday)).toEqual(['sent']);
    expect(await noteOnWeb()).toBe(noticed);
    const digest = await requireDigest(database.db, 'daily', SATURDAY);
    const [mail] = fixture.sink.accepted;
    const again = await previewDigest(deps(), digest, { email: mail?.to ?? '', asText: true });
    expect(again.toString().replace(/\s+/g, ' ')).toContain(noticed);
  });

  it('A quiet day is named again when the mail that named it was refused', async () => {
    const leaseId = await lease();
    const { digestId } = await composeFor([{ topics: ['agents'] }]);
    await deliver(deps(), { digestId, leaseId });
    const saturday = await onSaturday();
    fixture.sink.respondWith(() => ({ at: 'data', reply: '451 4.7.1 Later' }));
    await deliver(deps(), { digestId: saturday, leaseId });
    expect(await statesOf(saturday)).toEqual(['deferred']);
    expect(await quietSince()).toEqual([FRIDAY]);
  });

  it('A skip reason distinguishes papers below the threshold from no match', async () => {
    const leaseId = await lease();
    const loud = [100, 90].map((upvotes) => ({ ...buildPaper({ upvotes }), slugs: ['rl'] }));
    await storePapers(database.db, loud);
    const { digestId } = await composeFor([
      { topics: ['nlp'], relevanceThreshold: 'high' },
      { relevanceThreshold: 'high' },
    ]);
    await deliver(deps(), { digestId, leaseId });
    expect(await rows(digestId)).toMatchObject([
      {
        state: 'skipped',
        detail: 'No paper of this digest meets the subscriber’s relevance threshold.',
      },
      { state: 'sent' },
    ]);
    expect(await quietSince()).toEqual([FRIDAY, null]);
  });

  it('The first of several quiet days is kept', async () => {
    const leaseId = await lease();
    const { digestId } = await composeFor([{ topics: ['vision'] }]);
    await deliver(deps(), { digestId, leaseId });
    await deliver(deps(), { digestId: await onSaturday(), leaseId });
    expect(await quietSince()).toEqual([FRIDAY]);
  });
});
