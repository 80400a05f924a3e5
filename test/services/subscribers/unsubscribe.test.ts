import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { unsubscribe } from '../../../src/services/subscribers/unsubscribe.ts';
import { tokens } from '../../support/keys.ts';
import { storeSubscriber } from '../../support/rows.ts';
import { HOUR_MS, TEST_ADDRESS, useSignUpFixture } from './sign-up-fixture.ts';

const { clock, database, deps } = useSignUpFixture();

describe('unsubscribe', () => {
  it('Unsubscribing skips pending deliveries at once, and changes nothing the second time', async () => {
    const id = await storeSubscriber(database.db, { email: TEST_ADDRESS });
    const token = tokens.seal({ kind: 'delivery', digestId: 3, subscriberId: id });
    expect(await unsubscribe(deps(), token)).toMatchObject({ id });
    const row = () =>
      database.db.execute(sql`SELECT status, unsubscribed_at FROM subscribers WHERE id = ${id}`);
    const { rows } = await row();
    expect(rows[0]).toMatchObject({ status: 'unsubscribed' });
    clock.advance(HOUR_MS);
    await unsubscribe(deps(), token);
    expect((await row()).rows).toEqual(rows);
  });

  it('A token that belongs to nobody unsubscribes nobody', async () => {
    expect(await unsubscribe(deps(), 'AbCdEfGhIjKlMnOpQr_-Uv')).toBeNull();
    expect(
      await unsubscribe(
        deps(),
        tokens.seal({ kind: 'delivery', digestId: 1, subscriberId: 999_999 }),
      ),
    ).toBeNull();
  });
});
