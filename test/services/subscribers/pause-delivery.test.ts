import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { updatePreferences, updateStatus } from '../../../src/db/subscribers/subscribers.ts';
import { FRIDAY } from '../../support/clock.ts';
import { storePapers } from '../../support/rows.ts';
import { buildPaperOf, listSendTimes, useDigestFixture } from '../digests/digest-fixture.ts';

const { compose, database, subscriber } = useDigestFixture();

describe('endPauses', () => {
  const statusOf = async (id: number) => {
    const { rows } = await database.db.execute<{ status: string; until: string | null }>(
      sql`SELECT status, paused_until::text AS until FROM subscribers WHERE id = ${id}`,
    );
    return rows[0];
  };
  const emails = async () => {
    const { rows } = await database.db.execute<{ kind: string; id: string }>(
      sql`SELECT kind, subscriber_id AS id FROM transactional_emails`,
    );
    return rows.map(({ kind, id }) => [kind, Number(id)]);
  };
  const storePausedSubscriber = async (pausedUntil: string | null) => {
    const id = await subscriber();
    const before = new Date('2026-05-04T00:00:00Z');
    await updatePreferences(database.db, id, { pausedUntil: pausedUntil ?? FRIDAY }, before);
    if (pausedUntil === null) {
      await database.db.execute(sql`UPDATE subscribers SET paused_until = NULL WHERE id = ${id}`);
    }
    return id;
  };

  it.each([FRIDAY, '2026-05-06'])(
    'A pause until %s ends with the digest of Friday and requests one return e-mail',
    async (day) => {
      const id = await storePausedSubscriber(day);
      await storePapers(database.db, [buildPaperOf(FRIDAY)]);
      const { digest } = await compose('daily', FRIDAY);
      expect(Object.keys(await listSendTimes(database.db, digest?.id))).toEqual([String(id)]);
      expect(await statusOf(id)).toEqual({ status: 'active', until: null });
      expect(await emails()).toEqual([['return', id]]);
      await storePapers(database.db, [buildPaperOf('2026-05-09')]);
      await compose('daily', '2026-05-09');
      expect(await emails()).toHaveLength(1);
    },
  );

  it.each(['2026-05-09', null])(
    'A pause until %s does not end with the digest of Friday',
    async (day) => {
      const id = await storePausedSubscriber(day);
      await storePapers(database.db, [buildPaperOf(FRIDAY)]);
      const { digest } = await compose('daily', FRIDAY);
      expect(await listSendTimes(database.db, digest?.id)).toEqual({});
      expect(await statusOf(id)).toEqual({ status: 'paused', until: day });
      expect(await emails()).toEqual([]);
    },
  );

  it('The end of a pause does not bring back a subscriber who has left', async () => {
    const id = await storePausedSubscriber(FRIDAY);
    await updateStatus(database.db, id, 'unsubscribed', new Date('2026-05-05T00:00:00Z'));
    await storePapers(database.db, [buildPaperOf(FRIDAY)]);
    await compose('daily', FRIDAY);
    expect(await statusOf(id)).toEqual({ status: 'unsubscribed', until: null });
    expect(await emails()).toEqual([]);
  });
});
