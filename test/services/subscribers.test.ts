import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { joinAudience } from '../../src/db/audience.ts';
import { listDueBatches } from '../../src/db/batches.ts';
import { listConsents } from '../../src/db/consents.ts';
import { addDigest, markCancelled } from '../../src/db/digests.ts';
import { setLetterToken } from '../../src/db/letters.ts';
import { packSelection } from '../../src/db/packed-selection.ts';
import { attachPartition, makePartition } from '../../src/db/partitions.ts';
import { findSubscriber, findSubscriberByEmail } from '../../src/db/subscribers.ts';
import { findSuppression, suppress } from '../../src/db/suppressions.ts';
import { normaliseAddress } from '../../src/domain/address.ts';
import type { LetterKind } from '../../src/domain/letter.ts';
import {
  DEFAULT_PREFERENCES,
  type Preferences,
  type Subscriber,
  type SuppressionReason,
} from '../../src/domain/subscriber.ts';
import { createTokens, hashSuppressed, hashToken } from '../../src/domain/tokens.ts';
import { changePreferences, findReader } from '../../src/services/change-preferences.ts';
import { composeDigest } from '../../src/services/compose-digest.ts';
import { confirmSignUp, findConfirmation } from '../../src/services/confirm-sign-up.ts';
import { eraseAddress } from '../../src/services/erase-address.ts';
import { requestData } from '../../src/services/request-data.ts';
import { signUp } from '../../src/services/sign-up.ts';
import { findLatestEdition } from '../../src/services/support/latest-edition.ts';
import { unsubscribe } from '../../src/services/unsubscribe.ts';
import { eraseByLink, exportByLink, findDataLink } from '../../src/services/use-data-link.ts';
import { clockAt } from '../support/clock.ts';
import { useDatabase } from '../support/database.ts';
import { paper, storePapers, storeSubscriber } from '../support/rows.ts';
import { type Doorbell, doorbell } from './doorbell.ts';

const database = useDatabase();
const clock = clockAt('2026-05-08T08:00:00Z');
const tokens = createTokens(['a key for tests only']);
const suppressionKey = 'a key for suppressions in tests only';
const ADA = 'Ada@example.org';
const HOUR_MS = 3_600_000;
let queue: Doorbell;

beforeEach(async () => {
  await database.empty();
  clock.set('2026-05-08T08:00:00Z');
  queue = doorbell();
});

function deps() {
  return { db: database.db, queue, clock, tokens, suppressionKey };
}

async function askFor(email = ADA, preferences: Partial<Preferences> = {}): Promise<void> {
  await signUp(deps(), {
    address: normaliseAddress(email),
    preferences: { ...DEFAULT_PREFERENCES, ...preferences },
    wording: 'Send me papers.',
    channel: 'form',
    network: '192.0.2.0/24',
  });
}

async function ada(): Promise<Subscriber> {
  const subscriber = await findSubscriberByEmail(database.db, 'ada@example.org');
  if (!subscriber) throw new Error('Ada is not there.');
  return subscriber;
}

async function letters(): Promise<{ id: number; kind: LetterKind }[]> {
  const { rows } = await database.db.execute<{ id: string; kind: LetterKind }>(
    sql`SELECT id, kind FROM letters ORDER BY id`,
  );
  return rows.map(({ id, kind }) => ({ id: Number(id), kind }));
}

/** The token that the letter's link holds once it was mailed. */
async function tokenOf(letterId: number): Promise<string> {
  const token = tokens.sealLetter(letterId);
  await setLetterToken(database.db, letterId, hashToken(token));
  return token;
}

/** The token in the letter that was asked for last. */
async function lastToken(): Promise<string> {
  const last = (await letters()).at(-1);
  if (!last) throw new Error('No letter was asked for.');
  return tokenOf(last.id);
}

const hashOf = (email: string) => hashSuppressed(normaliseAddress(email).key, suppressionKey);
const suppressAda = (reason: SuppressionReason) =>
  suppress(database.db, hashOf(ADA), reason, clock());

describe('Signing up', () => {
  it('stores a pending reader, the consent to be confirmed and a letter, and rings for it', async () => {
    await askFor(ADA, { topics: ['rl'], hour: 6 });
    expect(await ada()).toMatchObject({
      email: ADA,
      status: 'pending',
      topics: ['rl'],
      hour: 6,
      confirmedAt: null,
    });
    expect(await listConsents(database.db, (await ada()).id)).toEqual([
      {
        givenAt: clock(),
        confirmedAt: null,
        channel: 'form',
        wording: 'Send me papers.',
        network: '192.0.2.0/24',
      },
    ]);
    const [letter] = await letters();
    expect(letter?.kind).toBe('confirm');
    expect(queue.rings).toEqual([
      { name: 'letter', data: { letterId: letter?.id }, id: `letter-${letter?.id}` },
    ]);
  });

  it('again while pending takes the newer wishes, but sends one letter an hour', async () => {
    await askFor();
    clock.advance(HOUR_MS - 1);
    await askFor('ADA@EXAMPLE.ORG', { papers: 3 });
    expect(await ada()).toMatchObject({ status: 'pending', papers: 3 });
    expect(await letters()).toHaveLength(1);
    clock.advance(1);
    await askFor();
    expect((await letters()).map(({ kind }) => kind)).toEqual(['confirm', 'confirm']);
  });

  it('of a known reader changes nothing and mails the way to the preferences', async () => {
    await storeSubscriber(database.db, { email: ADA, hour: 5 });
    await askFor(ADA, { hour: 9 });
    expect(await ada()).toMatchObject({ status: 'active', hour: 5 });
    expect((await letters()).map(({ kind }) => kind)).toEqual(['preferences']);
    expect(await listConsents(database.db, (await ada()).id)).toEqual([]);
  });

  it('of a reader who left asks for a new confirmation', async () => {
    await storeSubscriber(database.db, { email: ADA, status: 'unsubscribed' });
    await askFor();
    expect((await ada()).status).toBe('unsubscribed');
    expect((await letters()).map(({ kind }) => kind)).toEqual(['confirm']);
  });

  it.each(['bounce', 'complaint', 'operator'] as const)(
    'of an address suppressed for %s does nothing at all',
    async (reason) => {
      await suppressAda(reason);
      await askFor();
      expect(await findSubscriberByEmail(database.db, 'ada@example.org')).toBeNull();
      expect(queue.rings).toEqual([]);
    },
  );

  it('of an erased address is taken like a new one', async () => {
    await suppressAda('erased');
    await askFor();
    expect(await letters()).toHaveLength(1);
    expect(await findSuppression(database.db, hashOf(ADA))).toBe('erased');
  });

  it('twice at the same moment makes one reader and one letter', async () => {
    await Promise.all([askFor(), askFor(), askFor('ada@example.org')]);
    const { rows } = await database.db.execute(sql`SELECT FROM subscribers`);
    expect(rows).toHaveLength(1);
    expect(await letters()).toHaveLength(1);
  });

  it('does not fail when the queue is down: the letter waits for the sweep', async () => {
    queue.isDown = true;
    await askFor();
    expect(await letters()).toHaveLength(1);
  });
});

describe('Letters of a change', () => {
  const linkOf = async () => tokens.seal({ digestId: 0, subscriberId: (await ada()).id });
  const kinds = async () => (await letters()).map(({ kind }) => kind);

  it('welcome whoever confirms, once', async () => {
    await askFor();
    const token = await lastToken();
    await confirmSignUp(deps(), token);
    await confirmSignUp(deps(), token);
    expect(await kinds()).toEqual(['confirm', 'welcome']);
    expect(queue.rings.map(({ name }) => name)).toEqual(['letter', 'letter']);
  });

  it('say goodbye to whoever leaves, at most once a day', async () => {
    await storeSubscriber(database.db, { email: ADA });
    await unsubscribe(deps(), await linkOf());
    await unsubscribe(deps(), await linkOf());
    expect(await kinds()).toEqual(['goodbye']);
    await confirmSignUp(deps(), await lastToken());
    await unsubscribe(deps(), await linkOf());
    expect(await kinds()).toEqual(['goodbye', 'welcome']);
    clock.advance(24 * HOUR_MS);
    await database.db.execute(sql`UPDATE subscribers SET status = 'active'`);
    await unsubscribe(deps(), await linkOf());
    expect(await kinds()).toEqual(['goodbye', 'welcome', 'goodbye']);
  });

  it('say nothing to an address that never confirmed', async () => {
    await askFor();
    await unsubscribe(deps(), await linkOf());
    expect((await ada()).status).toBe('unsubscribed');
    expect(await kinds()).toEqual(['confirm']);
  });

  it('keep no reader from leaving when the queue is down', async () => {
    await storeSubscriber(database.db, { email: ADA });
    queue.isDown = true;
    await unsubscribe(deps(), await linkOf());
    expect((await ada()).status).toBe('unsubscribed');
    expect(await kinds()).toEqual(['goodbye']);
  });

  it('of goodbye hold a way back, for 30 days and once, which is kept as a consent', async () => {
    await storeSubscriber(database.db, { email: ADA, topics: ['rl'] });
    await unsubscribe(deps(), await linkOf());
    const token = await lastToken();
    clock.advance(30 * 24 * HOUR_MS - 1);
    expect(await findConfirmation(deps(), token)).toMatchObject({ kind: 'open' });
    await confirmSignUp(deps(), token);
    expect(await ada()).toMatchObject({ status: 'active', topics: ['rl'] });
    expect(await listConsents(database.db, (await ada()).id)).toMatchObject([
      { channel: 'letter', givenAt: clock(), confirmedAt: clock() },
    ]);
    await unsubscribe(deps(), await linkOf());
    await confirmSignUp(deps(), token);
    expect((await ada()).status).toBe('unsubscribed');
  });
});

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
    expect(queue.rings.at(-1)).toMatchObject({ name: 'batch', data: { digestId, batch: 1 } });
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

describe('Confirming', () => {
  const confirm = (token: string) => confirmSignUp(deps(), token);

  it('makes the reader active and the consent count', async () => {
    await askFor();
    const token = await lastToken();
    clock.advance(HOUR_MS);
    expect(await findConfirmation(deps(), token)).toMatchObject({ kind: 'open' });
    expect((await ada()).status).toBe('pending');
    expect(await confirm(token)).toMatchObject({
      kind: 'confirmed',
      subscriber: { status: 'active', confirmedAt: clock() },
    });
    expect(await ada()).toMatchObject({ status: 'active', confirmedAt: clock() });
    const [consent] = await listConsents(database.db, (await ada()).id);
    expect(consent?.confirmedAt).toEqual(clock());
  });

  it('a second time is a success that changes nothing', async () => {
    await askFor();
    const token = await lastToken();
    await confirm(token);
    const before = await ada();
    clock.advance(HOUR_MS);
    expect(await confirm(token)).toEqual({ kind: 'confirmed', subscriber: before });
    expect(await ada()).toEqual(before);
  });

  it('twice at the same moment is one confirmation', async () => {
    await askFor();
    const token = await lastToken();
    const results = await Promise.all([confirm(token), confirm(token)]);
    expect(results.map(({ kind }) => kind)).toEqual(['confirmed', 'confirmed']);
  });

  it('is over after 48 hours', async () => {
    await askFor();
    const token = await lastToken();
    clock.advance(48 * HOUR_MS);
    expect(await findConfirmation(deps(), token)).toEqual({ kind: 'expired' });
    expect(await confirm(token)).toEqual({ kind: 'expired' });
    expect((await ada()).status).toBe('pending');
  });

  it('knows no token that it did not make, nor that of another letter', async () => {
    const id = await storeSubscriber(database.db, { email: ADA, status: 'pending' });
    await requestData(deps(), tokens.seal({ digestId: 0, subscriberId: id }), 'erase');
    for (const token of [await lastToken(), 'AbCdEfGhIjKlMnOpQr_-Uv', '']) {
      expect(await confirm(token)).toEqual({ kind: 'unknown' });
    }
    expect((await ada()).status).toBe('pending');
  });

  it('with a used link does not bring back a reader who left since', async () => {
    await askFor();
    const token = await lastToken();
    await confirm(token);
    await unsubscribe(deps(), tokens.seal({ digestId: 0, subscriberId: (await ada()).id }));
    expect(await confirm(token)).toMatchObject({ kind: 'confirmed' });
    expect((await ada()).status).toBe('unsubscribed');
  });

  it('with the other link of two does not bring back a reader who left since', async () => {
    await askFor();
    const first = await lastToken();
    clock.advance(HOUR_MS);
    await askFor();
    await confirm(await lastToken());
    await unsubscribe(deps(), tokens.seal({ digestId: 0, subscriberId: (await ada()).id }));
    expect(await confirm(first)).toMatchObject({ kind: 'confirmed' });
    expect((await ada()).status).toBe('unsubscribed');
  });

  it('brings back a reader who left and signed up again', async () => {
    await storeSubscriber(database.db, { email: ADA, status: 'unsubscribed' });
    await askFor();
    await confirm(await lastToken());
    expect((await ada()).status).toBe('active');
  });

  it('lifts the suppression of an erased reader, and no other', async () => {
    await suppressAda('erased');
    await askFor();
    await confirm(await lastToken());
    expect(await findSuppression(database.db, hashOf(ADA))).toBeNull();

    await database.empty();
    await askFor();
    await suppressAda('complaint');
    await confirm(await lastToken());
    expect(await findSuppression(database.db, hashOf(ADA))).toBe('complaint');
  });
});

describe('Preferences', () => {
  it('change as far as they are named', async () => {
    const id = await storeSubscriber(database.db, { email: ADA, topics: ['rl'], hour: 6 });
    const token = tokens.seal({ digestId: 12, subscriberId: id });
    const before = await findReader(deps(), token);
    const after = await changePreferences(deps(), token, {
      hour: 22,
      keywords: ['it’s “quoted”, \\ and {braced}'],
    });
    expect(after).toEqual({
      ...before,
      hour: 22,
      keywords: ['it’s “quoted”, \\ and {braced}'],
    });
    expect(await ada()).toEqual(after);
  });

  it('are nobody’s with a token that nobody made, or of a reader who is gone', async () => {
    expect(await findReader(deps(), 'AbCdEfGhIjKlMnOpQr_-Uv')).toBeNull();
    const gone = tokens.seal({ digestId: 0, subscriberId: 999_999 });
    expect(await changePreferences(deps(), gone, { hour: 3 })).toBeNull();
  });
});

describe('Unsubscribing', () => {
  it('ends the mail at once, and again changes nothing', async () => {
    const id = await storeSubscriber(database.db, { email: ADA });
    const token = tokens.seal({ digestId: 3, subscriberId: id });
    expect(await unsubscribe(deps(), token)).toMatchObject({ id });
    const row = () =>
      database.db.execute(sql`SELECT status, unsubscribed_at FROM subscribers WHERE id = ${id}`);
    const { rows } = await row();
    expect(rows[0]).toMatchObject({ status: 'unsubscribed' });
    clock.advance(HOUR_MS);
    await unsubscribe(deps(), token);
    expect((await row()).rows).toEqual(rows);
  });

  it('takes a token that is nobody’s without complaint', async () => {
    expect(await unsubscribe(deps(), 'AbCdEfGhIjKlMnOpQr_-Uv')).toBeNull();
    expect(
      await unsubscribe(deps(), tokens.seal({ digestId: 1, subscriberId: 999_999 })),
    ).toBeNull();
  });
});

describe('Export and erasure', () => {
  const linkOf = async () => tokens.seal({ digestId: 1, subscriberId: (await ada()).id });

  it('mail one link at a time, each good for 30 minutes', async () => {
    await storeSubscriber(database.db, { email: ADA });
    expect(await requestData(deps(), await linkOf(), 'export')).toBe(true);
    const first = await lastToken();
    clock.advance(HOUR_MS / 2 - 1);
    expect(await requestData(deps(), await linkOf(), 'export')).toBe(true);
    expect(await requestData(deps(), await linkOf(), 'erase')).toBe(true);
    expect((await letters()).map(({ kind }) => kind)).toEqual(['export', 'erase']);
    expect(await findDataLink(deps(), first, 'export')).toMatchObject({ kind: 'open' });
    clock.advance(1);
    expect(await findDataLink(deps(), first, 'export')).toEqual({ kind: 'expired' });
    expect(await exportByLink(deps(), first)).toBeNull();
    await requestData(deps(), await linkOf(), 'export');
    expect(await letters()).toHaveLength(3);
    expect(queue.rings).toHaveLength(3);
  });

  it('are not mailed for a token that is nobody’s', async () => {
    expect(await requestData(deps(), 'AbCdEfGhIjKlMnOpQr_-Uv', 'erase')).toBe(false);
    const gone = tokens.seal({ digestId: 0, subscriberId: 999_999 });
    expect(await requestData(deps(), gone, 'erase')).toBe(false);
    expect(await letters()).toEqual([]);
  });

  it('are not interchangeable: the link to export does not erase', async () => {
    await storeSubscriber(database.db, { email: ADA });
    await requestData(deps(), await linkOf(), 'export');
    const token = await lastToken();
    expect(await eraseByLink(deps(), token)).toBe(false);
    expect(await findDataLink(deps(), token, 'erase')).toEqual({ kind: 'unknown' });
    expect(await eraseByLink(deps(), await linkOf())).toBe(false);
    expect((await ada()).status).toBe('active');
  });

  it('give everything that is stored of the reader', async () => {
    await askFor();
    await confirmSignUp(deps(), await lastToken());
    const { id } = await ada();
    await storeDelivery(id);
    await requestData(deps(), await linkOf(), 'export');
    const data = await exportByLink(deps(), await lastToken());
    expect(data).toMatchObject({
      subscriber: await ada(),
      consents: [{ wording: 'Send me papers.', network: '192.0.2.0/24' }],
      deliveries: [
        {
          kind: 'daily',
          date: '2026-05-08',
          state: 'sent',
          selection: [{ rank: 0, reason: 'Because you follow Ada.' }],
        },
      ],
    });
  });

  it('erase all but a keyed hash; what the digest counted stays counted', async () => {
    await askFor();
    await confirmSignUp(deps(), await lastToken());
    const { id } = await ada();
    await storeDelivery(id);
    await requestData(deps(), await linkOf(), 'erase');
    const token = await lastToken();
    expect(await eraseByLink(deps(), token)).toBe(true);
    expect(await findSubscriber(database.db, id)).toBeNull();
    expect(await findSuppression(database.db, hashOf(ADA))).toBe('erased');
    expect(await everythingStored()).not.toMatch(/ada|Send me papers|192\.0\.2/i);
    const { rows } = await database.db.execute(sql`SELECT * FROM deliveries`);
    expect(rows).toMatchObject([
      { state: 'sent', selection: null, message_id: null, reply: null, detail: null },
    ]);
    expect(await eraseByLink(deps(), token)).toBe(false);
  });

  it('by the operator need an address that somebody has', async () => {
    await storeSubscriber(database.db, { email: ADA });
    expect(await eraseAddress(deps(), 'ADA@example.org')).toBe(true);
    expect(await eraseAddress(deps(), 'ADA@example.org')).toBe(false);
    await expect(eraseAddress(deps(), 'no address')).rejects.toMatchObject({
      code: 'INVALID_EMAIL',
    });
    expect(await findSuppression(database.db, hashOf(ADA))).toBe('erased');
  });

  it('keep the graver reason why an address is suppressed', async () => {
    await storeSubscriber(database.db, { email: ADA });
    await suppressAda('complaint');
    await eraseAddress(deps(), ADA);
    expect(await findSuppression(database.db, hashOf(ADA))).toBe('complaint');
  });
});

async function storeDelivery(subscriberId: number): Promise<void> {
  const { db } = database;
  const digest = await addDigest(db, { kind: 'daily', date: '2026-05-08', composedAt: clock() });
  await makePartition(db, digest.id);
  await attachPartition(db, digest.id);
  await db.execute(sql`
    INSERT INTO deliveries (digest_id, subscriber_id, batch, state, send_at, next_at, attempts, selection,
      message_id, reply, detail, updated_at)
    VALUES (${digest.id}, ${subscriberId}, 0, 'sent', ${clock()}, ${clock()}, 1,
      ${packSelection([{ rank: 0, reason: 'Because you follow Ada.' }])}, '<1@example.org>',
      '250 Taken for ada@example.org', 'ada@example.org', ${clock()})`);
}

/** Every row of every table that can hold something of a reader, as text. */
async function everythingStored(): Promise<string> {
  const tables = ['subscribers', 'consents', 'letters', 'deliveries', 'suppressions'];
  const texts = [];
  for (const table of tables) {
    const { rows } = await database.db.execute(sql.raw(`SELECT * FROM ${table}`));
    texts.push(JSON.stringify(rows));
  }
  return texts.join('\n');
}
