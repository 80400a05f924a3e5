import { sql } from 'drizzle-orm';
import PostalMime from 'postal-mime';
import { beforeEach, describe, expect, it } from 'vitest';
import { endAlert, listOpenIncidents, raiseAlert } from '../../../src/db/alerts/alerts.ts';
import type { Alert } from '../../../src/domain/alerts/alert.ts';
import { createMailer } from '../../../src/relay/nodemailer-transport.ts';
import { openRelay } from '../../../src/relay/relay.ts';
import { notifyOperator } from '../../../src/services/alerts/notify-operator.ts';
import { MINUTE_MS, useSendingFixture } from '../deliveries/sending-fixture.ts';

const fixture = useSendingFixture();
const { clock, database, deps } = fixture;
const FAILED: Alert = {
  kind: 'source-failed',
  subject: 'hf-daily',
  sentence: 'hf-daily: huggingface.co answered 503. It is tried again by itself.',
};

/** What a process does each minute; a new one each time, as after a restart. */
const notify = (mail = deps()) =>
  notifyOperator({
    db: database.db,
    clock,
    alertEmail: 'operator@example.org',
    mail: async () => mail,
  });
const mails = () =>
  Promise.all(fixture.sink.accepted.map(async ({ raw }) => PostalMime.parse(raw)));
const subjects = async () => (await mails()).map(({ subject }) => subject);

beforeEach(async () => {
  await database.db.execute(sql`TRUNCATE alerts`);
});

describe('notifyOperator', () => {
  it('The operator is mailed once when an incident begins and once when it ends', async () => {
    await raiseAlert(database.db, FAILED, clock());
    for (let minute = 0; minute < 10; minute += 1) {
      await Promise.all([notify(), notify()]);
      clock.advance(MINUTE_MS);
      await raiseAlert(database.db, FAILED, clock());
    }
    expect(await subjects()).toEqual(['Paperboy: The source hf-daily cannot be read']);
    await endAlert(database.db, FAILED, clock());
    for (let minute = 0; minute < 3; minute += 1) await notify();
    expect(await subjects()).toEqual([
      'Paperboy: The source hf-daily cannot be read',
      'Paperboy: resolved: The source hf-daily cannot be read',
    ]);
  });

  it('The e-mail says what is wrong, since when, and where to look', async () => {
    await raiseAlert(database.db, FAILED, clock());
    await notify();
    const [mail] = await mails();
    expect(mail?.to).toMatchObject([{ address: 'operator@example.org' }]);
    expect(mail?.text).toContain('huggingface.co answered 503');
    expect(mail?.text).toContain('Since 8 May 2026, 07:00 UTC.');
    expect(mail?.text).toMatch(/Status:\nhttps?:\/\/\S+\/status\n/);
    expect(mail?.headers).toContainEqual(
      expect.objectContaining({ key: 'auto-submitted', value: 'auto-generated' }),
    );
    expect(mail?.headers.map(({ key }) => key)).not.toContain('list-unsubscribe');
  });

  it('An e-mail that the relay deferred is sent later, and reports the end as well by then', async () => {
    fixture.sink.respondWith(() => ({ at: 'rcpt', reply: '451 4.3.0 Not now' }));
    await raiseAlert(database.db, FAILED, clock());
    expect(await notify()).toEqual({
      notified: 0,
      problems: ['The e-mail about an alert could not be sent: 451 4.3.0 Not now'],
    });
    expect(await notify()).toEqual({ notified: 0, problems: [] });
    clock.advance(30 * MINUTE_MS);
    await endAlert(database.db, FAILED, clock());
    fixture.sink.respondWith(() => 'accept');
    expect(await notify()).toEqual({ notified: 1, problems: [] });
    expect(await subjects()).toEqual(['Paperboy: resolved: The source hf-daily cannot be read']);
    expect((await mails())[0]?.text).toContain('this is the only one');
    clock.advance(30 * MINUTE_MS);
    expect(await notify()).toEqual({ notified: 0, problems: [] });
  });

  it('A process that stops leaves the e-mail to another one, which sends it at once', async () => {
    await raiseAlert(database.db, FAILED, clock());
    const mailer = deps().mailer;
    const stopped = openRelay({ urls: [fixture.sink.url], maxConnections: 1 });
    await stopped.close();
    expect(await notify({ ...deps(), mailer: createMailer(stopped) })).toEqual({
      ...{ notified: 0, problems: [] },
    });
    expect(await notify({ ...deps(), mailer })).toEqual({ notified: 1, problems: [] });
  });

  it('A relay that takes minutes to answer gets one e-mail', async () => {
    await raiseAlert(database.db, FAILED, clock());
    const { mailer, ...parts } = deps();
    const slowly: typeof mailer.sendMail = async (mail) => {
      clock.advance(9 * MINUTE_MS);
      await notify();
      return mailer.sendMail(mail);
    };
    await notifyOperator({
      db: database.db,
      clock,
      alertEmail: 'operator@example.org',
      mail: async () => ({ ...parts, mailer: { sendMail: slowly } }),
    });
    expect(await subjects()).toEqual(['Paperboy: The source hf-daily cannot be read']);
  });

  it('An alert that was raised while the clock was a year ahead is mailed', async () => {
    const now = clock();
    clock.advance(365 * 24 * 60 * MINUTE_MS);
    await raiseAlert(database.db, FAILED, clock());
    clock.set(now);
    expect(await notify()).toMatchObject({ notified: 1 });
  });

  it('An incident that ended within minutes is not mailed', async () => {
    await raiseAlert(database.db, FAILED, clock());
    clock.advance(MINUTE_MS);
    await endAlert(database.db, FAILED, clock());
    expect(await notify()).toEqual({ notified: 0, problems: [] });
    expect(await listOpenIncidents(database.db)).toEqual([]);
    expect(fixture.sink.received).toEqual([]);
  });

  it('An e-mail that was rejected permanently is not tried again', async () => {
    fixture.sink.respondWith(() => ({
      at: 'rcpt',
      reply: '550 5.1.1 No such user operator@example.org',
    }));
    await raiseAlert(database.db, FAILED, clock());
    const { problems } = await notify();
    expect(problems).toEqual([expect.stringContaining('is not retried: 550 5.1.1 No such user')]);
    expect(problems[0]).not.toContain('operator@example.org');
    clock.advance(60 * MINUTE_MS);
    expect(await notify()).toEqual({ notified: 0, problems: [] });
  });
});
