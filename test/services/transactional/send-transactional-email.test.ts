import { sql } from 'drizzle-orm';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { endLeases } from '../../../src/db/deliveries/transitions/end-leases.ts';
import { suppressAddress } from '../../../src/db/subscribers/suppressions.ts';
import {
  addTransactionalEmail,
  claimTransactionalEmail,
  listDueTransactionalEmails,
  markTransactionalEmailUsed,
  recordTransactionalEmail,
  setTransactionalEmailPapers,
} from '../../../src/db/transactional/transactional-emails.ts';
import { hashSuppressedAddress } from '../../../src/domain/links/tokens.ts';
import type { Reason } from '../../../src/domain/ranking/reason.ts';
import type { Subscriber } from '../../../src/domain/subscribers/subscriber.ts';
import type { TransactionalKind } from '../../../src/domain/transactional/transactional-email.ts';
import { createMailer } from '../../../src/relay/nodemailer-transport.ts';
import { openRelay } from '../../../src/relay/relay.ts';
import { confirmSignUp } from '../../../src/services/subscribers/confirm-sign-up.ts';
import { requestTransactionalEmail } from '../../../src/services/transactional/request-email.ts';
import { sendTransactionalEmail } from '../../../src/services/transactional/send-transactional-email.ts';
import { suppressionKey } from '../../support/keys.ts';
import { createRecordingQueue } from '../../support/recording-queue.ts';
import { buildPaper, storePapers, storeSubscriber } from '../../support/rows.ts';
import { MINUTE_MS, useSendingFixture } from '../deliveries/sending-fixture.ts';

const fixture = useSendingFixture();
const { clock, database, deps, lease } = fixture;

async function worker(): Promise<ReturnType<typeof deps>> {
  const created = deps();
  created.useLease(await lease());
  return created;
}

describe('sendTransactionalEmail', () => {
  async function request(
    kind: TransactionalKind = 'confirm',
    changes: Partial<Subscriber> = { status: 'pending' },
  ): Promise<number> {
    const subscriberId = await storeSubscriber(database.db, {
      email: 'ada@example.org',
      ...changes,
    });
    const expiresAt = new Date(clock().getTime() + 48 * 60 * MINUTE_MS);
    const paperIds = kind === 'return' ? ['p0'] : [];
    const requestedAt = clock();
    const email = { subscriberId, kind, requestedAt, expiresAt, paperIds };
    return addTransactionalEmail(database.db, email);
  }
  async function findEmail(id: number) {
    const { rows } = await database.db.execute<{
      messageId: string;
      nextAt: string;
      [column: string]: unknown;
    }>(sql`
      SELECT state, attempts, next_at AS "nextAt", message_id AS "messageId", reply FROM transactional_emails
      WHERE id = ${id}`);
    const [row] = rows;
    if (!row) throw new Error(`There is no e-mail ${id}.`);
    return { ...row, nextAt: new Date(row.nextAt) };
  }
  const confirmLink = /\/confirm\/([\w-]{22})/;
  const linkIn = (place: number) =>
    confirmLink.exec(fixture.sink.received[place]?.raw.toString() ?? '')?.[1] ?? '';

  it('An address that was suppressed since the request gets no e-mail', async () => {
    const id = await request();
    const hash = hashSuppressedAddress('ada@example.org', suppressionKey);
    await suppressAddress(database.db, { emailHash: hash, reason: 'operator', now: clock() });
    await sendTransactionalEmail(await worker(), id);
    expect(fixture.sink.accepted).toEqual([]);
    expect(await findEmail(id)).toMatchObject({
      state: 'failed',
      reply: 'The address is suppressed.',
    });
  });

  it('An e-mail is sent once, with a link that works', async () => {
    const id = await request();
    await sendTransactionalEmail(await worker(), id);
    await sendTransactionalEmail(await worker(), id);
    expect(fixture.sink.accepted.map(({ to }) => to)).toEqual(['ada@example.org']);
    expect(await findEmail(id)).toMatchObject({
      state: 'sent',
      attempts: 1,
      reply: '250 2.0.0 Taken',
    });
    const confirming = { ...deps(), queue: createRecordingQueue() };
    expect(await confirmSignUp(confirming, linkIn(0))).toMatchObject({ kind: 'confirmed' });
  });

  it('An e-mail is sent once although two workers try', async () => {
    const id = await request();
    const workers = [await worker(), await worker()];
    await Promise.all(workers.map((each) => sendTransactionalEmail(each, id)));
    expect(fixture.sink.mailCommands).toBe(1);
  });

  it.each([
    ['preferences', '/preferences/', 'active'],
    ['export', '/export/', 'active'],
    ['erase', '/erase/', 'active'],
    ['welcome', '/preferences/', 'active'],
    ['goodbye', '/confirm/', 'unsubscribed'],
    ['return', '/preferences/', 'active'],
  ] as const)('The link of a %s e-mail leads to %s', async (kind, path, status) => {
    await sendTransactionalEmail(await worker(), await request(kind, { status }));
    expect(fixture.sink.accepted[0]?.raw.toString()).toContain(path);
  });

  it.each([
    ['welcome', 'unsubscribed'],
    ['goodbye', 'active'],
    ['return', 'paused'],
  ] as const)('A %s e-mail is not sent to a subscriber who is %s by then', async (kind, status) => {
    const id = await request(kind, { status });
    await sendTransactionalEmail(await worker(), id);
    expect(fixture.sink.mailCommands).toBe(0);
    expect(await findEmail(id)).toMatchObject({
      state: 'failed',
      reply: `The subscriber is ${status} now.`,
    });
  });

  it('A confirmation e-mail describes what its own sign-up asked for', async () => {
    const subscriberId = await storeSubscriber(database.db, { status: 'pending' });
    const id = await addTransactionalEmail(database.db, {
      subscriberId,
      kind: 'confirm',
      requestedAt: clock(),
      expiresAt: new Date(clock().getTime() + 60 * MINUTE_MS),
      signUpRequest: { preferences: { hour: 21 }, channel: 'api', wording: '', network: null },
    });
    await sendTransactionalEmail(await worker(), id);
    const { text = '' } = await PostalMime.parse(fixture.sink.accepted[0]?.raw ?? '');
    expect(text).toContain('21:00');
  });

  it('A confirmation e-mail is not sent once another link was confirmed', async () => {
    const id = await request('confirm', { status: 'active' });
    await markTransactionalEmailUsed(database.db, id, clock());
    await sendTransactionalEmail(await worker(), id);
    expect(fixture.sink.mailCommands).toBe(0);
    expect(await findEmail(id)).toMatchObject({
      state: 'failed',
      reply: 'A link was used before the e-mail could be sent.',
    });
  });

  const mentioning = (keyword: string): Reason => ({
    remark: null,
    match: { kind: 'keywords', keywords: [keyword] },
  });

  it('A return e-mail contains the papers that are still stored, in their order and with their reasons', async () => {
    await storePapers(database.db, [
      buildPaper({ id: 'test:second' }),
      buildPaper({ id: 'test:first' }),
    ]);
    const subscriberId = await storeSubscriber(database.db, { email: 'ada@example.org' });
    const id = await requestTransactionalEmail(database.db, 'return', {
      subscriberId,
      now: clock(),
    });
    await setTransactionalEmailPapers(database.db, id ?? 0, [
      { id: 'test:first', reason: mentioning('stateless') },
      { id: 'test:gone', reason: mentioning('nothing') },
      { id: 'test:second', reason: mentioning('mamba') },
    ]);
    await sendTransactionalEmail(await worker(), id ?? 0);
    const { text = '' } = await PostalMime.parse(fixture.sink.accepted[0]?.raw ?? '');
    expect([...text.matchAll(/papers\/(test:\w+)/g)].map(([, each]) => each)).toEqual([
      'test:first',
      'test:second',
    ]);
    expect(text.match(/Mentions .*/g)).toEqual(['Mentions “stateless”.', 'Mentions “mamba”.']);
  });

  it('A goodbye is tried for two days although its link works longer', async () => {
    const subscriberId = await storeSubscriber(database.db, { status: 'unsubscribed' });
    const id = await requestTransactionalEmail(database.db, 'goodbye', {
      subscriberId,
      now: clock(),
    });
    fixture.sink.respondWith(() => ({ at: 'rcpt', reply: '451 4.7.1 Later' }));
    clock.advance(48 * 60 * MINUTE_MS - 1);
    await sendTransactionalEmail(await worker(), id ?? 0);
    expect(await findEmail(id ?? 0)).toMatchObject({ state: 'failed', reply: '451 4.7.1 Later' });
  });

  it.each([
    ['after a 4xx', { at: 'rcpt', reply: '451 4.7.1 Greylisted' }, '07:05:00'],
    ['soon after the connection broke', { drop: 'at rcpt' }, '07:00:15'],
    ['after an unknown outcome', { drop: 'after the dot' }, '07:05:00'],
  ] as const)(
    'An e-mail is sent again %s, with the same link and Message-ID',
    async (_what, behaviour, nextAt) => {
      const id = await request();
      fixture.sink.respondWith(() => behaviour);
      await sendTransactionalEmail(await worker(), id);
      const waiting = await findEmail(id);
      expect(waiting).toMatchObject({
        state: 'pending',
        attempts: 1,
        nextAt: new Date(`2026-05-08T${nextAt}Z`),
      });
      await sendTransactionalEmail(await worker(), id);
      expect(fixture.sink.accepted).toEqual([]);
      fixture.sink.respondWith(() => 'accept');
      clock.advance(5 * MINUTE_MS);
      await sendTransactionalEmail(await worker(), id);
      expect(await findEmail(id)).toMatchObject({ state: 'sent', messageId: waiting.messageId });
      expect(new Set(fixture.sink.received.map(({ raw }) => raw.toString('latin1'))).size).toBe(1);
      expect(fixture.sink.accepted[0]?.raw.toString()).toContain(waiting.messageId);
    },
  );

  it('An e-mail whose worker died is sent by another one once the lease has ended', async () => {
    const id = await request();
    const leaseId = await lease();
    expect(
      await claimTransactionalEmail(database.db, id, { leaseId, now: clock() }),
    ).not.toBeNull();
    await sendTransactionalEmail(await worker(), id);
    expect(fixture.sink.mailCommands).toBe(0);
    expect(await listDueTransactionalEmails(database.db, clock(), 9)).toEqual([]);
    await endLeases(database.db, { id: leaseId }, clock());
    expect(await listDueTransactionalEmails(database.db, clock(), 9)).toEqual([id]);
    await sendTransactionalEmail(await worker(), id);
    expect(await findEmail(id)).toMatchObject({ state: 'sent', attempts: 2 });
  });

  it('An e-mail whose result a live worker could not record is sent again after a quarter of an hour', async () => {
    const id = await request();
    clock.advance(60 * MINUTE_MS);
    await claimTransactionalEmail(database.db, id, { leaseId: await lease(), now: clock() });
    clock.advance(15 * MINUTE_MS);
    await sendTransactionalEmail(await worker(), id);
    expect(fixture.sink.mailCommands).toBe(0);
    clock.advance(1);
    await sendTransactionalEmail(await worker(), id);
    expect(await findEmail(id)).toMatchObject({ state: 'sent', attempts: 2 });
  });

  it('A late result of an earlier attempt does not send an e-mail again', async () => {
    const id = await request();
    const leaseId = await lease();
    const claimed = await claimTransactionalEmail(database.db, id, { leaseId, now: clock() });
    await endLeases(database.db, { id: leaseId }, clock());
    await sendTransactionalEmail(await worker(), id);
    const late = { state: 'pending' as const, nextAt: clock(), reply: 'Late.' };
    await recordTransactionalEmail(database.db, { id, attempts: claimed?.attempts ?? 0 }, late);
    expect(await findEmail(id)).toMatchObject({ state: 'sent' });
  });

  it('A late result of an earlier attempt does not end the claim of the current one', async () => {
    const id = await request();
    const now = clock();
    const claim = (leaseId: number) =>
      claimTransactionalEmail(database.db, id, { leaseId, now: clock() });
    const first = await lease();
    const hung = await claim(first);
    await endLeases(database.db, { id: first }, now);
    expect(await claim(await lease('second'))).toMatchObject({ attempts: 2 });
    const late = { state: 'pending' as const, nextAt: now, reply: 'Late.' };
    await recordTransactionalEmail(database.db, { id, attempts: hung?.attempts ?? 0 }, late);
    expect(await claim(await lease('third'))).toBeNull();
  });

  it('An e-mail that cannot be composed is tried again', async () => {
    const id = await request();
    const broken = {
      ...(await worker()),
      messageIds: { of: () => `<broken id>`, ofDeliveries: () => [] },
    };
    broken.templates = { ...broken.templates, transactional: undefined as never };
    await expect(sendTransactionalEmail(broken, id)).rejects.toThrow();
    expect(await findEmail(id)).toMatchObject({ state: 'pending', attempts: 1 });
    clock.advance(5 * MINUTE_MS);
    await sendTransactionalEmail(await worker(), id);
    expect(await findEmail(id)).toMatchObject({ state: 'sent' });
  });

  it('An e-mail that a stopping process gives up is due at once', async () => {
    const id = await request();
    const stopped = openRelay({ urls: [fixture.sink.url], maxConnections: 1 });
    await stopped.close();
    await sendTransactionalEmail({ ...(await worker()), mailer: createMailer(stopped) }, id);
    expect(await findEmail(id)).toMatchObject({ state: 'pending', nextAt: clock() });
    await sendTransactionalEmail(await worker(), id);
    expect(await findEmail(id)).toMatchObject({ state: 'sent' });
  });

  it('What another process has just requested is sent although its clock is ahead', async () => {
    const id = await request();
    clock.advance(-3000);
    await sendTransactionalEmail(await worker(), id);
    expect(await findEmail(id)).toMatchObject({ state: 'sent' });
  });

  it('An e-mail fails permanently after a 5xx', async () => {
    const id = await request();
    fixture.sink.respondWith(() => ({ at: 'rcpt', reply: '550 5.1.1 No such user' }));
    await sendTransactionalEmail(await worker(), id);
    expect(await findEmail(id)).toMatchObject({ state: 'failed', reply: '550 5.1.1 No such user' });
  });

  it('An e-mail is not sent once its link has expired', async () => {
    const id = await request();
    clock.advance(48 * 60 * MINUTE_MS);
    await sendTransactionalEmail(await worker(), id);
    expect(fixture.sink.mailCommands).toBe(0);
    expect(await findEmail(id)).toMatchObject({ state: 'failed' });
  });

  it('An e-mail is not tried again when its link would expire before the next attempt', async () => {
    const id = await request();
    fixture.sink.respondWith(() => ({ at: 'rcpt', reply: '451 4.7.1 Later' }));
    clock.advance(48 * 60 * MINUTE_MS - 1);
    await sendTransactionalEmail(await worker(), id);
    expect(await findEmail(id)).toMatchObject({ state: 'failed', reply: '451 4.7.1 Later' });
  });

  it('An e-mail that is to be tried again is not sent before its time', async () => {
    const id = await request();
    await database.db.execute(sql`UPDATE transactional_emails SET attempts = 1,
      next_at = ${new Date(clock().getTime() + 2 * MINUTE_MS)} WHERE id = ${id}`);
    await sendTransactionalEmail(await worker(), id);
    expect(fixture.sink.mailCommands).toBe(0);
    clock.advance(2 * MINUTE_MS);
    await sendTransactionalEmail(await worker(), id);
    expect(fixture.sink.accepted).toHaveLength(1);
  });
});
