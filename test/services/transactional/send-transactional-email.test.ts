import { sql } from 'drizzle-orm';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { suppressAddress } from '../../../src/db/subscribers/suppressions.ts';
import { addTransactionalEmail } from '../../../src/db/transactional/transactional-emails.ts';
import { hashSuppressedAddress } from '../../../src/domain/links/tokens.ts';
import type { Subscriber } from '../../../src/domain/subscribers/subscriber.ts';
import type { TransactionalKind } from '../../../src/domain/transactional/transactional-email.ts';
import { confirmSignUp } from '../../../src/services/subscribers/confirm-sign-up.ts';
import { addNotice } from '../../../src/services/transactional/notices.ts';
import { sendTransactionalEmail } from '../../../src/services/transactional/send-transactional-email.ts';
import { suppressionKey } from '../../support/keys.ts';
import { createRecordingQueue } from '../../support/recording-queue.ts';
import { buildPaper, storePapers, storeSubscriber } from '../../support/rows.ts';
import { MINUTE_MS, useSendingFixture } from '../deliveries/sending-fixture.ts';

const engine = useSendingFixture();
const { clock, database, deps } = engine;

describe('A letter', () => {
  async function ask(
    kind: TransactionalKind = 'confirm',
    changes: Partial<Subscriber> = { status: 'pending' },
  ): Promise<number> {
    const subscriberId = await storeSubscriber(database.db, {
      email: 'ada@example.org',
      ...changes,
    });
    const expiresAt = new Date(clock().getTime() + 48 * 60 * MINUTE_MS);
    const paperIds = kind === 'return' ? ['p0'] : [];
    const asked = { subscriberId, kind, requestedAt: clock(), expiresAt, paperIds };
    return addTransactionalEmail(database.db, asked);
  }
  async function findEmail(id: number) {
    const { rows: found } = await database.db.execute<{
      messageId: string;
      nextAt: string;
      [column: string]: unknown;
    }>(sql`
      SELECT state, attempts, next_at AS "nextAt", message_id AS "messageId", reply FROM transactional_emails
      WHERE id = ${id}`);
    const [row] = found;
    if (!row) throw new Error(`There is no letter ${id}.`);
    return { ...row, nextAt: new Date(row.nextAt) };
  }
  const confirmLink = /\/confirm\/([\w-]{22})/;
  const linkIn = (place: number) =>
    confirmLink.exec(engine.sink.received[place]?.raw.toString() ?? '')?.[1] ?? '';

  it('never goes to an address that was suppressed meanwhile', async () => {
    const id = await ask();
    const hash = hashSuppressedAddress('ada@example.org', suppressionKey);
    await suppressAddress(database.db, hash, 'operator', clock());
    await sendTransactionalEmail(deps(), id);
    expect(engine.sink.accepted).toEqual([]);
    expect(await findEmail(id)).toMatchObject({
      state: 'failed',
      reply: 'The address is suppressed.',
    });
  });

  it('goes out once, with a link that works', async () => {
    const id = await ask();
    await sendTransactionalEmail(deps(), id);
    await sendTransactionalEmail(deps(), id);
    expect(engine.sink.accepted.map(({ to }) => to)).toEqual(['ada@example.org']);
    expect(await findEmail(id)).toMatchObject({
      state: 'sent',
      attempts: 1,
      reply: '250 2.0.0 Taken',
    });
    const confirming = { ...deps(), queue: createRecordingQueue() };
    expect(await confirmSignUp(confirming, linkIn(0))).toMatchObject({ kind: 'confirmed' });
  });

  it('goes out once, also when two workers have it', async () => {
    const id = await ask();
    await Promise.all([sendTransactionalEmail(deps(), id), sendTransactionalEmail(deps(), id)]);
    expect(engine.sink.mailCommands).toBe(1);
  });

  it.each([
    ['preferences', '/preferences/', 'active'],
    ['export', '/export/', 'active'],
    ['erase', '/erase/', 'active'],
    ['welcome', '/preferences/', 'active'],
    ['goodbye', '/confirm/', 'unsubscribed'],
    ['return', '/preferences/', 'active'],
  ] as const)('of kind %s leads to %s', async (kind, path, status) => {
    await sendTransactionalEmail(deps(), await ask(kind, { status }));
    expect(engine.sink.accepted[0]?.raw.toString()).toContain(path);
  });

  it.each([
    ['welcome', 'unsubscribed'],
    ['goodbye', 'active'],
    ['return', 'paused'],
  ] as const)('of kind %s comes too late for a reader who is %s by now', async (kind, status) => {
    const id = await ask(kind, { status });
    await sendTransactionalEmail(deps(), id);
    expect(engine.sink.mailCommands).toBe(0);
    expect(await findEmail(id)).toMatchObject({
      state: 'failed',
      reply: `The reader is ${status} by now.`,
    });
  });

  it('on return brings the papers that are stored still, in their order', async () => {
    await storePapers(database.db, [
      buildPaper({ id: 'test:second' }),
      buildPaper({ id: 'test:first' }),
    ]);
    const subscriberId = await storeSubscriber(database.db, { email: 'ada@example.org' });
    const paperIds = ['test:first', 'test:gone', 'test:second'];
    const id = await addNotice(database.db, 'return', { subscriberId, now: clock(), paperIds });
    await sendTransactionalEmail(deps(), id ?? 0);
    const { text = '' } = await PostalMime.parse(engine.sink.accepted[0]?.raw ?? '');
    expect([...text.matchAll(/papers\/(test:\w+)/g)].map(([, each]) => each)).toEqual([
      'test:first',
      'test:second',
    ]);
  });

  it('of goodbye is tried for two days, though its link lasts longer', async () => {
    const subscriberId = await storeSubscriber(database.db, { status: 'unsubscribed' });
    const id = await addNotice(database.db, 'goodbye', { subscriberId, now: clock() });
    engine.sink.respondWith(() => ({ at: 'rcpt', reply: '451 4.7.1 Later' }));
    clock.advance(48 * 60 * MINUTE_MS - 1);
    await sendTransactionalEmail(deps(), id ?? 0);
    expect(await findEmail(id ?? 0)).toMatchObject({ state: 'failed', reply: '451 4.7.1 Later' });
  });

  it.each([
    ['after a 4xx', { at: 'rcpt', reply: '451 4.7.1 Greylisted' }],
    ['after the connection broke', { drop: 'at rcpt' }],
    ['after an unknown outcome', { drop: 'after the dot' }],
  ] as const)('is sent again %s, with the same link and Message-ID', async (_what, behaviour) => {
    const id = await ask();
    engine.sink.respondWith(() => behaviour);
    await sendTransactionalEmail(deps(), id);
    const waiting = await findEmail(id);
    expect(waiting).toMatchObject({
      state: 'pending',
      attempts: 1,
      nextAt: new Date('2026-05-08T07:05:00Z'),
    });
    await sendTransactionalEmail(deps(), id);
    expect(engine.sink.accepted).toEqual([]);
    engine.sink.respondWith(() => 'accept');
    clock.advance(5 * MINUTE_MS);
    await sendTransactionalEmail(deps(), id);
    expect(await findEmail(id)).toMatchObject({ state: 'sent', messageId: waiting.messageId });
    expect(new Set(engine.sink.received.map(({ raw }) => raw.toString('latin1'))).size).toBe(1);
    expect(engine.sink.accepted[0]?.raw.toString()).toContain(waiting.messageId);
  });

  it('fails for good after a 5xx', async () => {
    const id = await ask();
    engine.sink.respondWith(() => ({ at: 'rcpt', reply: '550 5.1.1 No such user' }));
    await sendTransactionalEmail(deps(), id);
    expect(await findEmail(id)).toMatchObject({ state: 'failed', reply: '550 5.1.1 No such user' });
  });

  it('is not sent once its link has ended', async () => {
    const id = await ask();
    clock.advance(48 * 60 * MINUTE_MS);
    await sendTransactionalEmail(deps(), id);
    expect(engine.sink.mailCommands).toBe(0);
    expect(await findEmail(id)).toMatchObject({ state: 'failed' });
  });

  it('is tried no more when the next try would come after its end', async () => {
    const id = await ask();
    engine.sink.respondWith(() => ({ at: 'rcpt', reply: '451 4.7.1 Later' }));
    clock.advance(48 * 60 * MINUTE_MS - 1);
    await sendTransactionalEmail(deps(), id);
    expect(await findEmail(id)).toMatchObject({ state: 'failed', reply: '451 4.7.1 Later' });
  });

  it('that a worker died over goes to the next one after two minutes', async () => {
    const id = await ask();
    await database.db.execute(sql`UPDATE transactional_emails SET attempts = 1,
      next_at = ${new Date(clock().getTime() + 2 * MINUTE_MS)} WHERE id = ${id}`);
    await sendTransactionalEmail(deps(), id);
    expect(engine.sink.mailCommands).toBe(0);
    clock.advance(2 * MINUTE_MS);
    await sendTransactionalEmail(deps(), id);
    expect(engine.sink.accepted).toHaveLength(1);
  });
});
