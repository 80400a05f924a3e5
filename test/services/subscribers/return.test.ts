import { sql } from 'drizzle-orm';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { updatePreferences } from '../../../src/db/subscribers/subscribers.ts';
import { changePreferences } from '../../../src/services/subscribers/change-preferences.ts';
import { sendTransactionalEmail } from '../../../src/services/transactional/send-transactional-email.ts';
import { FRIDAY } from '../../support/clock.ts';
import { tokens } from '../../support/keys.ts';
import { buildPaper, storePapers, storeSubscriber } from '../../support/rows.ts';
import { useSendingFixture } from '../deliveries/sending-fixture.ts';

const fixture = useSendingFixture();
const { clock, compose, database, deps, storeSixPapers } = fixture;

describe('The return e-mail', () => {
  const MONDAY = '2026-05-11';
  const pause = (id: number, pausedUntil: string | null, at: string) =>
    updatePreferences(database.db, id, { pausedUntil }, new Date(at));
  const listEmails = async () => {
    const { rows } = await database.db.execute<{ id: string; state: string; reply: string | null }>(
      sql`SELECT id, state, reply FROM transactional_emails ORDER BY id`,
    );
    return rows;
  };

  it('The return e-mail contains the best papers of the missed digests and is sent once', async () => {
    const id = await storeSubscriber(database.db, { topics: ['rl'], keywords: ['tandem'] });
    await pause(id, MONDAY, '2026-05-08T00:00:00Z');
    const tandem = buildPaper({ id: 'own', title: 'A tandem', usableOn: '2026-05-09' });
    await storeSixPapers();
    await compose('daily', FRIDAY);
    await storePapers(database.db, [{ ...tandem, slugs: ['nlp'] }]);
    await compose('daily', '2026-05-09');
    const today = {
      ...buildPaper({ id: 'today', title: 'Of Monday', usableOn: MONDAY }),
      slugs: ['rl'],
    };
    await storePapers(database.db, [today]);
    clock.set(`${MONDAY}T05:30:00Z`);
    await compose('daily', MONDAY);
    const [email] = await listEmails();
    await sendTransactionalEmail(deps(), Number(email?.id));
    await sendTransactionalEmail(deps(), Number(email?.id));
    expect(fixture.sink.accepted).toHaveLength(1);
    const text = (await PostalMime.parse(fixture.sink.accepted[0]?.raw ?? '')).text ?? '';
    for (const title of ['A tandem', 'Bicycle 0', 'Bicycle 2', 'Bicycle 4']) {
      expect(text).toContain(title);
    }
    expect(text).not.toMatch(/Bicycle [135]|Of Monday/);
  });

  it('No return e-mail is sent when nothing was missed', async () => {
    const id = await storeSubscriber(database.db);
    const token = tokens.seal({ kind: 'subscriber', subscriberId: id });
    await pause(id, MONDAY, '2026-05-08T00:00:00Z');
    await changePreferences(deps(), token, { pausedUntil: null });
    const [email] = await listEmails();
    await sendTransactionalEmail(deps(), Number(email?.id));
    expect(await listEmails()).toMatchObject([
      { state: 'failed', reply: 'No paper of the absence matches the subscriber’s preferences.' },
    ]);
    expect(fixture.sink.accepted).toEqual([]);
  });
});
