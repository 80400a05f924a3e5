import { sql } from 'drizzle-orm';
import PostalMime from 'postal-mime';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listDueBatches, rushBatches } from '../../src/db/batches.ts';
import { claimBatch } from '../../src/db/claims.ts';
import type { Db } from '../../src/db/client.ts';
import { markCancelled, pauseDigest, resumeDigest } from '../../src/db/digests.ts';
import { endLeases, openLease } from '../../src/db/leases.ts';
import { addLetter } from '../../src/db/letters.ts';
import { unpackSelection } from '../../src/db/packed-selection.ts';
import { updatePreferences, updateStatus } from '../../src/db/subscribers.ts';
import { suppress } from '../../src/db/suppressions.ts';
import { recordTries } from '../../src/db/tries.ts';
import type { DigestKind, Selection } from '../../src/domain/digest.ts';
import type { LetterKind } from '../../src/domain/letter.ts';
import type { Subscriber } from '../../src/domain/subscriber.ts';
import { createTokens, hashSuppressed } from '../../src/domain/tokens.ts';
import { createMessageIds } from '../../src/mail/message-id.ts';
import { loadMailTemplates, type MailTemplates } from '../../src/mail/templates.ts';
import { openMailer } from '../../src/relay/nodemailer-transport.ts';
import { openRelay, type Relay } from '../../src/relay/relay.ts';
import { changePreferences } from '../../src/services/change-preferences.ts';
import { composeDigest } from '../../src/services/compose-digest.ts';
import { confirmSignUp } from '../../src/services/confirm-sign-up.ts';
import {
  type BatchResult,
  type DeliverDeps,
  deliverBatch,
} from '../../src/services/deliver-batch.ts';
import { eraseAddress } from '../../src/services/erase-address.ts';
import { giveFeedback } from '../../src/services/give-feedback.ts';
import { previewDigest } from '../../src/services/preview-digest.ts';
import { type LetterDeps, sendLetter } from '../../src/services/send-letter.ts';
import { requireDigest } from '../../src/services/support/digest-status.ts';
import { createEditions } from '../../src/services/support/editions.ts';
import { addNotice } from '../../src/services/support/notices.ts';
import { patiently } from '../../src/services/support/patience.ts';
import { ringAgain } from '../../src/services/support/ring-due.ts';
import { createSendingWindow, type WindowDeps } from '../../src/services/support/sending-window.ts';
import { createTermStatistics } from '../../src/services/support/term-statistics.ts';
import { watchReplies } from '../../src/services/support/watch-replies.ts';
import { unsubscribe } from '../../src/services/unsubscribe.ts';
import { viewDelivery } from '../../src/services/view-delivery.ts';
import { sender as sampleSender } from '../mail/samples.ts';
import { clockAt } from '../support/clock.ts';
import { useDatabase } from '../support/database.ts';
import { paper, storePapers, storeSubscriber } from '../support/rows.ts';
import { doorbell } from './doorbell.ts';
import { openSink, type Sink } from './sink.ts';

const database = useDatabase();
const clock = clockAt('2026-05-08T07:00:00Z');
const tokens = createTokens(['a key for tests only']);
const suppressionKey = 'a key for suppressions in tests only';
const messageIds = createMessageIds(Buffer.from('a key for tests'), sampleSender().messageIdDomain);
const sender = sampleSender();
const FRIDAY = '2026-05-08';
const MINUTE_MS = 60_000;
const CONNECTIONS = 3;

let templates: MailTemplates;
let sink: Sink;
let relay: Relay;
let stopping: AbortController;
let alarms: string[];
let tooLate: number;
const watching: Promise<void>[] = [];

beforeAll(async () => {
  templates = await loadMailTemplates();
});

beforeEach(async () => {
  await database.empty();
  clock.set('2026-05-08T07:00:00Z');
  stopping = new AbortController();
  alarms = [];
  tooLate = 0;
  sink = await openSink();
  relay = openRelay({ urls: [sink.url], connections: 2 * CONNECTIONS });
});

afterEach(async () => {
  await relay.close();
  await sink.close();
});

type Engine = DeliverDeps & LetterDeps;

function deps(changes: Partial<DeliverDeps> = {}, record = recordPatiently): Engine {
  const { db } = database;
  const watch = watchReplies({ db, clock, suppressionKey, onAlarm: (alarm) => alarms.push(alarm) });
  const window = createSendingWindow({
    relay,
    record,
    onRecorded: (digestId, tried, count) => {
      tooLate += count;
      watching.push(watch(digestId, tried));
    },
    isAlive: () => true,
    clock,
    random: () => 0.5,
    size: CONNECTIONS,
    stopping: stopping.signal,
  });
  const termStatistics = createTermStatistics({ db, clock });
  return {
    window,
    isRelayOpen: () => true,
    inHand: new Map(),
    pause: async () => undefined,
    halting: new AbortController().signal,
    db,
    editions: createEditions({ db, templates, sender, termStatistics }),
    termStatistics,
    mailer: openMailer(relay),
    templates,
    sender,
    tokens,
    clock,
    random: () => 0.5,
    suppressionKey,
    messageIds,
    signer: null,
    stopping: stopping.signal,
    ...changes,
  };
}

/** Delivers every batch of the digest that is due. */
async function deliver(
  engine: Engine,
  { digestId, leaseId }: { digestId: number; leaseId: number },
): Promise<Pick<BatchResult, 'claimed' | 'sent'>> {
  const due = await listDueBatches(database.db, clock());
  const results = await Promise.all(
    due
      .filter((each) => each.digestId === digestId)
      .map(async (key) => (await deliverBatch(engine, key, leaseId)).ended),
  );
  await Promise.all(watching.splice(0));
  const sum = (of: (result: BatchResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  return { claimed: sum(({ claimed }) => claimed), sent: sum(({ sent }) => sent) };
}

const recordPatiently: WindowDeps['record'] = (digestId, tries) =>
  patiently(() => recordTries(database.database.pool, digestId, tries), {
    signal: stopping.signal,
    pause: async () => undefined,
  });

const lease = (holder = 'test') => openLease(database.db, holder);

/** A digest of six papers on the seed day for these readers, who are due at 07:00. */
async function composeFor(readers: readonly Partial<Subscriber>[]): Promise<{
  digestId: number;
  ids: number[];
}> {
  await storeSixPapers();
  const ids = [];
  for (const reader of readers) ids.push(await storeSubscriber(database.db, reader));
  return { digestId: await compose('daily', FRIDAY), ids };
}

async function storeSixPapers(): Promise<void> {
  await storePapers(
    database.db,
    Array.from({ length: 6 }, (_, n) => ({
      ...paper({ id: `p${n}`, title: `Bicycle ${n}`, upvotes: 60 - 10 * n }),
      slugs: [n % 2 === 0 ? 'rl' : 'nlp'],
    })),
  );
}

/** The same database; its next transaction does something before it commits. */
function lateInCommitting(db: Db, before: () => Promise<void>): Db {
  const transaction: Db['transaction'] = (run, config) =>
    db.transaction(async (tx) => {
      const result = await run(tx);
      await before();
      return result;
    }, config);
  return new Proxy(db, {
    get: (target, name) => (name === 'transaction' ? transaction : Reflect.get(target, name)),
  });
}

async function compose(kind: DigestKind, date: string): Promise<number> {
  const now = new Date(`${date}T05:30:00Z`);
  const { digest } = await composeDigest(database.db, { kind, date, now });
  if (!digest) throw new Error('Nothing was composed.');
  return digest.id;
}

const many = (count: number): Partial<Subscriber>[] =>
  Array.from({ length: count }, (_, n) => ({ email: `r${n}@example.org` }));

interface Row {
  id: number;
  state: string;
  attempts: number;
  lease: number | null;
  selection: Selection | null;
  messageId: string | null;
  relay: string | null;
  reply: string | null;
  detail: string | null;
  nextAt: Date;
}

async function rows(digestId: number): Promise<Row[]> {
  const result = await database.db.execute<{ [column: string]: unknown }>(sql`
    SELECT subscriber_id::int AS id, state, attempts, lease_id::int AS lease, selection,
      message_id AS "messageId", relay, reply, detail, next_at AS "nextAt"
    FROM deliveries WHERE digest_id = ${digestId} ORDER BY subscriber_id`);
  return result.rows.map((row) => ({
    ...(row as unknown as Row),
    selection: row.selection === null ? null : unpackSelection(String(row.selection)),
    nextAt: new Date(String(row.nextAt)),
  }));
}

const statesOf = async (digestId: number) => (await rows(digestId)).map(({ state }) => state);

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
      { ...paper({ id: 'late', usableOn: SATURDAY }), slugs: ['agents', 'rl'] },
    ]);
    const digestId = await compose('daily', SATURDAY);
    clock.set(`${SATURDAY}T07:00:00Z`);
    return digestId;
  };

  it('is skipped, noted, told by the next mail, and forgotten when that is sent', async () => {
    const leaseId = await lease();
    const { digestId } = await composeFor([{ topics: ['agents'] }, { topics: ['rl'] }]);
    await deliver(deps(), { digestId, leaseId });
    expect(await rows(digestId)).toMatchObject([
      { state: 'skipped', detail: 'No paper of this digest matches what the reader follows.' },
      { state: 'sent' },
    ]);
    expect(await quietSince()).toEqual([FRIDAY, null]);

    sink.accepted.length = 0;
    await deliver(deps(), { digestId: await onSaturday(), leaseId });
    const [told, other] = sink.accepted
      .sort((a, b) => a.to.localeCompare(b.to, 'en', { numeric: true }))
      .map(({ raw }) => raw.toString().replace(/=\r\n/g, ''));
    expect(told).toContain('so we let you sleep');
    expect(other).not.toContain('so we let you sleep');
    expect(await quietSince()).toEqual([null, null]);
  });

  it('is told again when the mail that told of it was not taken', async () => {
    const leaseId = await lease();
    const { digestId } = await composeFor([{ topics: ['agents'] }]);
    await deliver(deps(), { digestId, leaseId });
    const saturday = await onSaturday();
    sink.behave(() => ({ at: 'data', reply: '451 4.7.1 Later' }));
    await deliver(deps(), { digestId: saturday, leaseId });
    expect(await statesOf(saturday)).toEqual(['deferred']);
    expect(await quietSince()).toEqual([FRIDAY]);
  });

  it('tells apart what matched and did not clear the bar', async () => {
    const leaseId = await lease();
    const loud = [100, 90].map((upvotes) => ({ ...paper({ upvotes }), slugs: ['rl'] }));
    await storePapers(database.db, loud);
    const { digestId } = await composeFor([{ topics: ['nlp'], bar: 'high' }, { bar: 'high' }]);
    await deliver(deps(), { digestId, leaseId });
    expect(await rows(digestId)).toMatchObject([
      { state: 'skipped', detail: 'No paper of this digest clears the reader’s bar.' },
      { state: 'sent' },
    ]);
    expect(await quietSince()).toEqual([FRIDAY, null]);
  });

  it('keeps the first day of several', async () => {
    const leaseId = await lease();
    const { digestId } = await composeFor([{ topics: ['vision'] }]);
    await deliver(deps(), { digestId, leaseId });
    await deliver(deps(), { digestId: await onSaturday(), leaseId });
    expect(await quietSince()).toEqual([FRIDAY]);
  });
});

describe('The return from a pause', () => {
  const MONDAY = '2026-05-11';
  const pause = (id: number, pausedUntil: string | null, at: string) =>
    updatePreferences(database.db, id, { pausedUntil }, new Date(at));
  const letters = async () => {
    const { rows } = await database.db.execute<{ id: string; state: string; reply: string | null }>(
      sql`SELECT id, state, reply FROM letters ORDER BY id`,
    );
    return rows;
  };

  it('brings the best of the digests that were missed, once', async () => {
    const id = await storeSubscriber(database.db, { topics: ['rl'], keywords: ['tandem'] });
    await pause(id, MONDAY, '2026-05-08T00:00:00Z');
    const tandem = paper({ id: 'own', title: 'A tandem', usableOn: '2026-05-09' });
    await storeSixPapers();
    await compose('daily', FRIDAY);
    await storePapers(database.db, [{ ...tandem, slugs: ['nlp'] }]);
    await compose('daily', '2026-05-09');
    const today = {
      ...paper({ id: 'today', title: 'Of Monday', usableOn: MONDAY }),
      slugs: ['rl'],
    };
    await storePapers(database.db, [today]);
    clock.set(`${MONDAY}T05:30:00Z`);
    await compose('daily', MONDAY);
    const [letter] = await letters();
    await sendLetter(deps(), Number(letter?.id));
    await sendLetter(deps(), Number(letter?.id));
    expect(sink.accepted).toHaveLength(1);
    const text = (await PostalMime.parse(sink.accepted[0]?.raw ?? '')).text ?? '';
    for (const title of ['A tandem', 'Bicycle 0', 'Bicycle 2', 'Bicycle 4']) {
      expect(text).toContain(title);
    }
    expect(text).not.toMatch(/Bicycle [135]|Of Monday/);
  });

  it('brings no letter when nothing was missed', async () => {
    const id = await storeSubscriber(database.db);
    const token = tokens.seal({ digestId: 0, subscriberId: id });
    await pause(id, MONDAY, '2026-05-08T00:00:00Z');
    await changePreferences(deps(), token, { pausedUntil: null });
    const [letter] = await letters();
    await sendLetter(deps(), Number(letter?.id));
    expect(await letters()).toMatchObject([
      { state: 'failed', reply: 'No paper of the absence matches what the reader follows.' },
    ]);
    expect(sink.accepted).toEqual([]);
  });
});

describe('A batch', () => {
  it('sends each reader their own copy and records it', async () => {
    const { digestId, ids } = await composeFor(many(8));
    const result = await deliver(deps(), { digestId, leaseId: await lease() });
    expect(result).toEqual({ claimed: 8, sent: 8 });
    expect(sink.accepted.map(({ to }) => to).sort()).toEqual(
      many(8)
        .map(({ email }) => email)
        .sort(),
    );
    for (const row of await rows(digestId)) {
      expect(row).toMatchObject({
        state: 'sent',
        attempts: 1,
        lease: null,
        relay: `127.0.0.1:${sink.port}`,
        reply: '250 2.0.0 Taken',
        detail: null,
      });
      const mail = sink.accepted.find(({ raw }) => raw.includes(row.messageId ?? 'no id'));
      const token = tokens.seal({ digestId, subscriberId: row.id });
      expect(mail?.raw.includes(`/unsubscribe/${token}`)).toBe(true);
    }
    expect(ids).toHaveLength(new Set((await rows(digestId)).map((row) => row.messageId)).size);
  });

  it('is empty for a digest of which nothing is due, or that does not exist', async () => {
    const { digestId } = await composeFor([{ hour: 9 }]);
    const leaseId = await lease();
    const none = { claimed: 0, sent: 0 };
    expect(await deliver(deps(), { digestId, leaseId })).toEqual(none);
    expect(await deliver(deps(), { digestId: 999, leaseId })).toEqual(none);
    clock.set('2026-05-08T09:00:00Z');
    expect(await deliver(deps(), { digestId, leaseId })).toMatchObject({ sent: 1 });
  });

  it('sends nothing again when it rings again', async () => {
    const { digestId } = await composeFor(many(3));
    const leaseId = await lease();
    await deliver(deps(), { digestId, leaseId });
    await deliver(deps(), { digestId, leaseId });
    expect(sink.tries).toBe(3);
  });

  it('has at most so many messages on their way at once, each committed before', async () => {
    const { digestId } = await composeFor(many(10));
    const committed: boolean[] = [];
    sink.beforeReply(async ({ to }) => {
      const { rows: found } = await database.db.execute<{ state: string }>(sql`
        SELECT state FROM deliveries JOIN subscribers ON id = subscriber_id WHERE email = ${to}`);
      committed.push(found[0]?.state === 'sending');
    });
    await deliver(deps(), { digestId, leaseId: await lease() });
    expect(committed).toEqual(Array(10).fill(true));
    expect(sink.mostAtOnce).toBeLessThanOrEqual(CONNECTIONS);
  });
});

describe('What the relay does becomes the state', () => {
  const cases: [string, Parameters<Sink['behave']>[0], Partial<Row>][] = [
    ['250', () => 'accept', { state: 'sent', reply: '250 2.0.0 Taken' }],
    [
      '451 at RCPT',
      () => ({ at: 'rcpt', reply: '451 4.7.1 Later' }),
      {
        state: 'deferred',
        reply: '451 4.7.1 Later',
        nextAt: new Date('2026-05-08T07:05:00Z'),
      },
    ],
    ['421 at the dot', () => ({ at: 'data', reply: '421 4.3.2 Bye' }), { state: 'deferred' }],
    [
      '550 at RCPT',
      () => ({ at: 'rcpt', reply: '550 5.1.1 No such user' }),
      { state: 'failed', reply: '550 5.1.1 No such user' },
    ],
    ['554 at the dot', () => ({ at: 'data', reply: '554 5.7.1 Spam' }), { state: 'failed' }],
    [
      'a break before the dot',
      () => ({ drop: 'at rcpt' }),
      { state: 'deferred', reply: null, detail: expect.any(String) as never },
    ],
    [
      'a break after the dot',
      () => ({ drop: 'after the dot' }),
      { state: 'unknown', reply: null, detail: expect.any(String) as never },
    ],
  ];

  it.each(cases)('%s', async (_what, behave, expected) => {
    const { digestId } = await composeFor(many(1));
    sink.behave(behave);
    await deliver(deps(), { digestId, leaseId: await lease() });
    expect(await rows(digestId)).toMatchObject([{ attempts: 1, lease: null, ...expected }]);
  });

  it('each for itself', async () => {
    const { digestId } = await composeFor(many(4));
    sink.behave((to) => {
      if (to.startsWith('r1')) return { at: 'rcpt', reply: '550 5.1.1 No' };
      if (to.startsWith('r2')) return { drop: 'after the dot' };
      if (to.startsWith('r3')) return { at: 'data', reply: '452 4.2.2 Full' };
      return 'accept';
    });
    const result = await deliver(deps(), { digestId, leaseId: await lease() });
    expect(result).toEqual({ claimed: 4, sent: 1 });
    expect(await statesOf(digestId)).toEqual(['sent', 'failed', 'unknown', 'deferred']);
  });

  it('and an unknown one is not sent again by itself', async () => {
    const { digestId } = await composeFor(many(1));
    sink.behave(() => ({ drop: 'after the dot' }));
    const leaseId = await lease();
    await deliver(deps(), { digestId, leaseId });
    clock.advance(60 * MINUTE_MS);
    await deliver(deps(), { digestId, leaseId });
    expect(sink.received).toHaveLength(1);
  });

  it('is written down whatever bytes the reply holds', async () => {
    const { digestId } = await composeFor(many(1));
    sink.behave(() => ({ at: 'rcpt', reply: `550 5.1.1 ${'x'.repeat(489)}\u{1f4ee}` }));
    await deliver(deps(), { digestId, leaseId: await lease() });
    expect(await statesOf(digestId)).toEqual(['failed']);
  });
});

describe('A retry', () => {
  it('sends the same bytes, with the growing delay of its attempts', async () => {
    const { digestId } = await composeFor([{ topics: ['rl'] }]);
    sink.behave(() => ({ at: 'data', reply: '451 4.3.0 Later' }));
    const leaseId = await lease();
    await deliver(deps(), { digestId, leaseId });
    clock.advance(5 * MINUTE_MS - 1);
    expect(await deliver(deps(), { digestId, leaseId })).toEqual({ claimed: 0, sent: 0 });
    clock.advance(1);
    await deliver(deps(), { digestId, leaseId });
    expect(await rows(digestId)).toMatchObject([
      { state: 'deferred', attempts: 2, nextAt: new Date('2026-05-08T07:15:00Z') },
    ]);
    sink.behave(() => 'accept');
    clock.advance(10 * MINUTE_MS);
    await deliver(deps(), { digestId, leaseId });
    expect(await rows(digestId)).toMatchObject([{ state: 'sent', attempts: 3 }]);
    const [first, ...others] = sink.received.map(({ raw }) => raw.toString('latin1'));
    expect(others).toEqual([first, first]);
  });

  it('keeps the selection, also when the reader follows something else meanwhile', async () => {
    const { digestId, ids } = await composeFor([{ topics: ['rl'] }]);
    sink.behave(() => ({ at: 'rcpt', reply: '451 4.3.0 Later' }));
    const leaseId = await lease();
    await deliver(deps(), { digestId, leaseId });
    const [before] = await rows(digestId);
    await updatePreferences(database.db, ids[0] ?? 0, { topics: ['nlp'] }, clock());
    sink.behave(() => 'accept');
    clock.advance(60 * MINUTE_MS);
    await deliver(deps(), { digestId, leaseId });
    const [after] = await rows(digestId);
    expect(after).toMatchObject({ state: 'sent', messageId: before?.messageId });
    expect(after?.selection).toEqual(before?.selection);
  });

  it('ends when the reader’s next digest would be due first', async () => {
    const { digestId } = await composeFor(many(1));
    sink.behave(() => ({ at: 'rcpt', reply: '451 4.3.0 Later' }));
    clock.set('2026-05-09T06:58:00Z');
    await deliver(deps(), { digestId, leaseId: await lease() });
    expect(await rows(digestId)).toMatchObject([{ state: 'expired', reply: '451 4.3.0 Later' }]);
  });
});

describe('A reader who does not want the mail any more', () => {
  it.each([
    [
      'left',
      (id: number) => updateStatus(database.db, id, 'unsubscribed', clock()),
      /unsubscribed/,
    ],
    [
      'is erased',
      () => eraseAddress({ db: database.db, clock, suppressionKey }, 'r0@example.org'),
      /erased/,
    ],
    [
      'is suppressed',
      () =>
        suppress(database.db, hashSuppressed('r0@example.org', suppressionKey), 'bounce', clock()),
      /suppressed/,
    ],
    [
      'follows what no paper is about',
      (id: number) => updatePreferences(database.db, id, { topics: ['robotics'] }, clock()),
      /No paper/,
    ],
  ] as [string, (id: number) => Promise<unknown>, RegExp][])(
    'and %s is skipped, the others are not',
    async (_what, change, detail) => {
      const { digestId, ids } = await composeFor(many(2));
      await change(ids[0] ?? 0);
      const result = await deliver(deps(), { digestId, leaseId: await lease() });
      expect(result.sent).toBe(1);
      expect(await rows(digestId)).toMatchObject([
        { state: 'skipped', detail: expect.stringMatching(detail), lease: null, attempts: 0 },
        { state: 'sent' },
      ]);
      expect(sink.accepted.map(({ to }) => to)).toEqual(['r1@example.org']);
    },
  );

  it('while the batch is being sent is skipped, be it seconds before the turn', async () => {
    const { digestId, ids } = await composeFor(many(2 * CONNECTIONS));
    const waiting = new Map(ids.map((id, n) => [`r${n}@example.org`, id]));
    const leave = async () => {
      for (const { to } of sink.received) waiting.delete(to);
      const inHand = (await rows(digestId)).filter(({ state }) => state === 'claimed');
      const [left, erased] = inHand.map(({ id }) => id);
      const token = tokens.seal({ digestId, subscriberId: left ?? 0 });
      await unsubscribe({ db: database.db, queue: doorbell(), tokens, clock }, token);
      const email = [...waiting].find(([, id]) => id === erased)?.[0] ?? '';
      await eraseAddress({ db: database.db, clock, suppressionKey }, email);
    };
    let leaving: Promise<void> | undefined;
    sink.beforeReply(() => {
      leaving ??= leave();
      return leaving;
    });
    const result = await deliver(deps(), { digestId, leaseId: await lease() });
    expect(result).toEqual({ claimed: 2 * CONNECTIONS, sent: 2 * CONNECTIONS - 2 });
    const skipped = (await rows(digestId)).filter(({ state }) => state === 'skipped');
    expect(skipped).toHaveLength(2);
    expect(
      skipped.filter(({ selection, messageId }) => selection === null && messageId === null),
    ).toHaveLength(2);
  });

  it.runIf(process.env.TEST_DATABASE_URL).each([
    [
      'leaves',
      (db: Db, id: number) =>
        unsubscribe(
          { db, queue: doorbell(), tokens, clock },
          tokens.seal({ digestId: 0, subscriberId: id }),
        ),
    ],
    ['is erased', (db: Db) => eraseAddress({ db, clock, suppressionKey }, 'ada@example.org')],
  ])(
    'and %s as a digest is composed is skipped there too, however far the mail has come',
    async (_how, leave) => {
      await storeSixPapers();
      const id = await storeSubscriber(database.db, { email: 'ada@example.org' });
      const leaseId = await lease();
      let digestId = 0;
      const composedMeanwhile = async () => {
        digestId = await compose('daily', FRIDAY);
        const key = { digestId, batch: 0, leaseId, now: clock() };
        expect(await claimBatch(database.db, key)).toHaveLength(1);
      };
      await leave(lateInCommitting(database.db, composedMeanwhile), id);
      expect(await rows(digestId)).toMatchObject([{ id, state: 'skipped', lease: null }]);
    },
  );

  it('after a deferral is skipped too', async () => {
    const { digestId, ids } = await composeFor(many(1));
    sink.behave(() => ({ at: 'rcpt', reply: '451 4.3.0 Later' }));
    const leaseId = await lease();
    await deliver(deps(), { digestId, leaseId });
    await updateStatus(database.db, ids[0] ?? 0, 'unsubscribed', clock());
    clock.advance(60 * MINUTE_MS);
    await deliver(deps(), { digestId, leaseId });
    expect(await statesOf(digestId)).toEqual(['skipped']);
  });
});

describe('A job that comes while no relay is in order', () => {
  it('is kept until one is, instead of using up the ring', async () => {
    const { digestId } = await composeFor(many(1));
    let looks = 0;
    const engine = deps({
      isRelayOpen: () => looks === 3,
      pause: async () => {
        looks += 1;
      },
    });
    const { ended } = await deliverBatch(engine, { digestId, batch: 0 }, await lease());
    expect(await ended).toMatchObject({ claimed: 1, sent: 1 });
    expect(looks).toBe(3);
  });

  it('ends when the process is to end', async () => {
    const { digestId } = await composeFor(many(1));
    const engine = deps({ isRelayOpen: () => false, pause: async () => stopping.abort() });
    const { ended } = await deliverBatch(engine, { digestId, batch: 0 }, await lease());
    expect(await ended).toMatchObject({ claimed: 0 });
    expect(await statesOf(digestId)).toEqual(['pending']);
  });
});

describe('What the domain of a reader puts off', () => {
  it('is left in its batch for the moment when the domain has rested', async () => {
    const { digestId } = await composeFor(many(CONNECTIONS + 2));
    sink.behave(() => ({ at: 'rcpt', reply: '450 4.7.1 Slow down' }));
    const engine = deps();
    const { ended } = await deliverBatch(engine, { digestId, batch: 0 }, await lease());
    const { left } = await ended;
    expect(left).toMatchObject({ digestId, batch: 0, claims: 1 });
    expect(left?.dueAt).toEqual(new Date(clock().getTime() + 2000));
    expect(await statesOf(digestId)).toEqual([
      ...Array(CONNECTIONS).fill('deferred'),
      'pending',
      'pending',
    ]);
  });

  it('waits for that moment too when all was to go out at once', async () => {
    clock.set('2026-05-08T06:00:00Z');
    const { digestId } = await composeFor(many(CONNECTIONS + 2));
    await rushBatches(database.db, digestId, clock());
    sink.behave(() => ({ at: 'rcpt', reply: '450 4.7.1 Slow down' }));
    const leaseId = await lease();
    const { ended } = await deliverBatch(deps(), { digestId, batch: 0 }, leaseId);
    const { left } = await ended;
    expect(left?.dueAt).toEqual(new Date(clock().getTime() + 2000));
    expect(await listDueBatches(database.db, clock())).toEqual([]);
    sink.behave(() => 'accept');
    clock.advance(2000);
    expect(await deliver(deps(), { digestId, leaseId })).toEqual({ claimed: 2, sent: 2 });
  });

  it('is rung for at its time, unless the next tick comes first', async () => {
    const queue = doorbell();
    const dueIn = (ms: number) => ({
      digestId: 7,
      batch: 3,
      claims: 2,
      dueAt: new Date(clock().getTime() + ms),
    });
    for (const ms of [2000, -5, 60_000]) await ringAgain(queue, dueIn(ms), clock());
    const ring = { name: 'batch', data: { digestId: 7, batch: 3 }, id: 'batch-7-3-2-later' };
    expect(queue.rings).toEqual([
      { ...ring, delayMs: 2000 },
      { ...ring, delayMs: 1000 },
    ]);
  });
});

describe('The same paper', () => {
  it('never comes twice to a reader who changed from daily to weekly', async () => {
    const { digestId, ids } = await composeFor([{ papers: 2 }, { papers: 2 }]);
    sink.behave((to) => (to === '' || sink.tries > 1 ? 'accept' : { drop: 'after the dot' }));
    await deliver(deps(), { digestId, leaseId: await lease() });
    for (const id of ids) {
      await updatePreferences(database.db, id, { frequency: 'weekly' }, clock());
    }
    sink.behave(() => 'accept');
    clock.set('2026-05-11T07:00:00Z');
    const weekly = await compose('weekly', '2026-05-11');
    await deliver(deps(), { digestId: weekly, leaseId: await lease() });
    const ranks = async (id: number) =>
      (await rows(id)).map(({ selection }) => selection?.map(({ rank }) => rank));
    // Both digests hold the same papers in the same order.
    for (const [place, daily] of (await ranks(digestId)).entries()) {
      const later = (await ranks(weekly))[place];
      expect(daily).toHaveLength(2);
      expect(later).toHaveLength(2);
      expect(later?.filter((rank) => daily?.includes(rank))).toEqual([]);
    }
  });

  it('is not in a second mail while the first one waits for its retry', async () => {
    const { digestId, ids } = await composeFor([{ papers: 2 }]);
    sink.behave(() => ({ at: 'rcpt', reply: '451 4.3.0 Later' }));
    await deliver(deps(), { digestId, leaseId: await lease() });
    await updatePreferences(database.db, ids[0] ?? 0, { frequency: 'weekly' }, clock());
    sink.behave(() => 'accept');
    clock.set('2026-05-11T07:00:00Z');
    const weekly = await compose('weekly', '2026-05-11');
    await deliver(deps(), { digestId: weekly, leaseId: await lease() });
    const [[daily], [later]] = [await rows(digestId), await rows(weekly)];
    const first = daily?.selection?.map(({ rank }) => rank);
    expect(first).toHaveLength(2);
    expect(later?.selection?.some(({ rank }) => first?.includes(rank))).toBe(false);
  });

  it('may come again to a reader who never got the first mail', async () => {
    const { digestId, ids } = await composeFor([{ papers: 2 }]);
    sink.behave(() => ({ at: 'rcpt', reply: '550 5.7.1 Not now' }));
    await deliver(deps(), { digestId, leaseId: await lease() });
    await updatePreferences(database.db, ids[0] ?? 0, { frequency: 'weekly' }, clock());
    sink.behave(() => 'accept');
    clock.set('2026-05-11T07:00:00Z');
    const weekly = await compose('weekly', '2026-05-11');
    await deliver(deps(), { digestId: weekly, leaseId: await lease() });
    const [[daily], [later]] = [await rows(digestId), await rows(weekly)];
    expect(later?.selection?.map(({ rank }) => rank)).toEqual(
      daily?.selection?.map(({ rank }) => rank),
    );
  });
});

describe('Two workers', () => {
  it('never send the same delivery', async () => {
    await database.db.execute(sql`
      INSERT INTO subscribers (email, email_key, status, topics, keywords, frequency, timezone,
        hour, papers, created_at, updated_at)
      SELECT n || '@example.org', n || '@example.org', 'active', '{}', '{}', 'daily', 'UTC', 7, 3,
        ${clock()}::timestamptz, ${clock()}::timestamptz
      FROM generate_series(1, 450) AS n`);
    const { digestId } = await composeFor([]);
    const leases = [await lease('one'), await lease('two'), await lease('three')];
    const results = await Promise.all(
      leases.map((leaseId) => deliver(deps(), { digestId, leaseId })),
    );
    expect(results.reduce((sum, { sent }) => sum + sent, 0)).toBe(450);
    expect(sink.accepted).toHaveLength(450);
    expect(new Set(sink.accepted.map(({ to }) => to)).size).toBe(450);
    expect(new Set(await statesOf(digestId))).toEqual(new Set(['sent']));
  });
});

describe('A lease that has ended', () => {
  const end = (id: number) => endLeases(database.db, { id }, clock());

  it('gets nothing', async () => {
    const { digestId } = await composeFor(many(2));
    const leaseId = await lease();
    await end(leaseId);
    const result = await deliver(deps(), { digestId, leaseId });
    expect(result).toEqual({ claimed: 0, sent: 0 });
    expect(await rows(digestId)).toMatchObject([
      { state: 'pending', lease: null },
      { state: 'pending', lease: null },
    ]);
  });

  it('while messages are on their way changes nothing any more, and sends no more', async () => {
    const { digestId } = await composeFor(many(2 * CONNECTIONS + 1));
    const leaseId = await lease();
    let ending: Promise<unknown> | undefined;
    sink.beforeReply(async () => {
      ending ??= end(leaseId);
      await ending;
    });
    await deliver(deps(), { digestId, leaseId });
    expect(sink.accepted).toHaveLength(CONNECTIONS);
    const states = await statesOf(digestId);
    expect(states.filter((state) => state === 'unknown')).toHaveLength(CONNECTIONS);
    expect(states.filter((state) => state === 'pending')).toHaveLength(CONNECTIONS + 1);
  });

  it('before the first message sends none', async () => {
    const { digestId } = await composeFor(many(2));
    const leaseId = await lease();
    const { editions } = deps();
    await deliver(
      deps({
        editions: async (id) => {
          const edition = await editions(id);
          if (!edition) return null;
          return {
            ...edition,
            chooserFor: async (...args) => {
              await end(leaseId);
              return edition.chooserFor(...args);
            },
          };
        },
      }),
      { digestId, leaseId },
    );
    expect(sink.tries).toBe(0);
    expect(await rows(digestId)).toMatchObject([
      { state: 'pending', selection: null },
      { state: 'pending', selection: null },
    ]);
  });
});

describe('Stopping', () => {
  it('finishes what is on its way and gives the rest back', async () => {
    const { digestId } = await composeFor(many(2 * CONNECTIONS + 2));
    sink.beforeReply(async () => stopping.abort());
    const result = await deliver(deps(), { digestId, leaseId: await lease() });
    expect(result.sent).toBe(CONNECTIONS);
    const states = await statesOf(digestId);
    expect(states.filter((state) => state === 'sent')).toHaveLength(CONNECTIONS);
    expect(states.filter((state) => state === 'pending')).toHaveLength(CONNECTIONS + 2);
  });

  it('before the batch claims nothing', async () => {
    const { digestId } = await composeFor(many(1));
    stopping.abort();
    const result = await deliver(deps(), { digestId, leaseId: await lease() });
    expect(result).toEqual({ claimed: 0, sent: 0 });
  });
});

describe('A relay that does not answer', () => {
  it('holds up only what it has, not the batches that follow', async () => {
    const { digestId } = await composeFor(many(2));
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    sink.beforeReply(({ to }) => (to.startsWith('r0') ? answered : Promise.resolve()));
    const batch = { digestId, batch: 0 };
    const { ended } = await deliverBatch(deps(), batch, await lease());
    expect(await Promise.race([ended, 'not ended yet'])).toBe('not ended yet');
    answer();
    expect(await ended).toMatchObject({ claimed: 2, sent: 2 });
  });
});

describe('A batch that breaks off', () => {
  it('puts off what cannot be composed by a fault of ours, and fails nobody for good', async () => {
    const { digestId } = await composeFor(many(2));
    const signer = { sign: () => Promise.reject(new Error('The key is gone.')) };
    await deliver(deps({ signer }), { digestId, leaseId: await lease() });
    expect(await rows(digestId)).toMatchObject(
      Array(2).fill({ state: 'deferred', detail: 'The key is gone.', lease: null }),
    );
    expect(sink.tries).toBe(0);
  });

  it('does not stop at a reader whose mail cannot be composed', async () => {
    const { digestId } = await composeFor([{ email: 'no address' }, { email: 'a@example.org' }]);
    const result = await deliver(deps(), { digestId, leaseId: await lease() });
    expect(result).toEqual({ claimed: 2, sent: 1 });
    expect(await rows(digestId)).toMatchObject([
      { state: 'failed', lease: null, detail: expect.stringContaining('address') },
      { state: 'sent' },
    ]);
  });

  it('gives everything back when the papers cannot be chosen', async () => {
    const { digestId } = await composeFor(many(2));
    const { editions } = deps();
    const broken = deps({
      editions: async (id) => {
        const edition = await editions(id);
        return edition && { ...edition, chooserFor: () => Promise.reject(new Error('Too bad.')) };
      },
    });
    const leaseId = await lease();
    await expect(deliver(broken, { digestId, leaseId })).rejects.toThrow('Too bad.');
    expect(await rows(digestId)).toMatchObject([
      { state: 'pending', lease: null },
      { state: 'pending', lease: null },
    ]);
    expect(await deliver(deps(), { digestId, leaseId })).toMatchObject({ sent: 2 });
  });

  const lost = () => Object.assign(new Error('The connection is gone.'), { code: '57P01' });

  it.each([
    ['before', 1],
    ['before', 2],
    ['before', 3],
    ['after', 1],
    ['after', 2],
    ['after', 3],
  ] as const)(
    'when the database fails %s commit %i sends everything, and nothing twice',
    async (when, failing) => {
      const { digestId } = await composeFor(many(2 * CONNECTIONS + 1));
      let commits = 0;
      const engine = deps({}, (id, tries) => {
        const record = async () => {
          commits += 1;
          if (commits === failing && when === 'before') throw lost();
          const recorded = await recordTries(database.database.pool, id, tries);
          if (commits === failing) throw lost();
          return recorded;
        };
        return patiently(record, { signal: stopping.signal, pause: async () => undefined });
      });
      const result = await deliver(engine, { digestId, leaseId: await lease() });
      expect(commits).toBeGreaterThan(failing);
      expect(result).toEqual({ claimed: 2 * CONNECTIONS + 1, sent: 2 * CONNECTIONS + 1 });
      expect(new Set(await statesOf(digestId))).toEqual(new Set(['sent']));
      expect(await rows(digestId)).toMatchObject(Array(7).fill({ attempts: 1 }));
      expect(new Set(sink.accepted.map(({ to }) => to)).size).toBe(2 * CONNECTIONS + 1);
      expect(sink.accepted).toHaveLength(2 * CONNECTIONS + 1);
    },
  );

  it.each([1, 2, 3])('when the answer to statement %i is lost claims no less', async (failing) => {
    const { digestId } = await composeFor(many(CONNECTIONS + 1));
    let asked = 0;
    const db = new Proxy(database.db, {
      get(target, name) {
        if (name !== 'execute') return Reflect.get(target, name);
        return async (statement: Parameters<typeof target.execute>[0]) => {
          asked += 1;
          const mine = asked;
          const answer = await target.execute(statement);
          if (mine === failing) throw lost();
          return answer;
        };
      },
    });
    const leaseId = await lease();
    await deliver(deps({ db }), { digestId, leaseId }).catch(() => undefined);
    await deliver(deps(), { digestId, leaseId });
    expect(new Set(await statesOf(digestId))).toEqual(new Set(['sent']));
    expect(sink.accepted).toHaveLength(CONNECTIONS + 1);
  });

  it('tells when its lease ended before results could be recorded', async () => {
    const { digestId } = await composeFor(many(1));
    const leaseId = await lease();
    sink.beforeReply(async () => void (await endLeases(database.db, { id: leaseId }, clock())));
    await deliver(deps(), { digestId, leaseId });
    expect(tooLate).toBe(1);
    expect(await rows(digestId)).toMatchObject([
      { state: 'unknown', detail: expect.stringContaining('gone'), reply: null },
    ]);
  });
});

describe('A digest that is paused', () => {
  it('claims nothing, and goes on when it is resumed', async () => {
    const { digestId } = await composeFor(many(2));
    const leaseId = await lease();
    await pauseDigest(database.db, digestId, 'Waiting.', clock());
    expect(await deliver(deps(), { digestId, leaseId })).toEqual({ claimed: 0, sent: 0 });
    await resumeDigest(database.db, digestId);
    expect(await deliver(deps(), { digestId, leaseId })).toEqual({ claimed: 2, sent: 2 });
  });

  it('while it is sent finishes what is on its way, and gives the rest back', async () => {
    const { digestId } = await composeFor(many(3 * CONNECTIONS));
    sink.beforeReply(async () => {
      await pauseDigest(database.db, digestId, 'Wait.', clock());
    });
    await deliver(deps(), { digestId, leaseId: await lease() });
    const states = await statesOf(digestId);
    expect(states.filter((state) => state === 'sent')).toHaveLength(CONNECTIONS);
    expect(states.filter((state) => state === 'pending')).toHaveLength(2 * CONNECTIONS);
  });

  it('is cancelled for good: what a worker has in hand is skipped too', async () => {
    const { digestId } = await composeFor(many(3 * CONNECTIONS));
    sink.beforeReply(async () => {
      await markCancelled(database.db, digestId, clock());
    });
    await deliver(deps(), { digestId, leaseId: await lease() });
    const states = await statesOf(digestId);
    expect(states.filter((state) => state === 'sent')).toHaveLength(CONNECTIONS);
    expect(states.filter((state) => state === 'skipped')).toHaveLength(2 * CONNECTIONS);
  });
});

describe('An address that does not exist', () => {
  const suppressed = async () => {
    const { rows: found } = await database.db.execute(sql`SELECT reason FROM suppressions`);
    return found.map(({ reason }) => reason);
  };

  it('is never mailed again', async () => {
    const { digestId } = await composeFor(many(4));
    sink.behave((to) =>
      to.startsWith('r1') ? { at: 'rcpt', reply: '550 5.1.1 No such user' } : 'accept',
    );
    await deliver(deps(), { digestId, leaseId: await lease() });
    expect(await suppressed()).toEqual(['bounce']);
    expect(alarms).toEqual([]);
  });

  it.each(['550 5.7.1 Blocked', '550 5.1.7 Bad sender', '550 No such user', '552 5.2.2 Full'])(
    'is not what %s says',
    async (reply) => {
      const { digestId } = await composeFor(many(1));
      sink.behave(() => ({ at: 'rcpt', reply }));
      await deliver(deps(), { digestId, leaseId: await lease() });
      expect(await statesOf(digestId)).toEqual(['failed']);
      expect(await suppressed()).toEqual([]);
    },
  );

  it('is not every address: then the digest is paused, and nobody is suppressed', async () => {
    const { digestId } = await composeFor(many(30));
    sink.behave(() => ({ at: 'rcpt', reply: '550 5.1.1 No such user' }));
    await deliver(deps(), { digestId, leaseId: await lease() });
    const states = await statesOf(digestId);
    expect(states.filter((state) => state === 'failed').length).toBeLessThan(30);
    expect(states.filter((state) => state === 'pending').length).toBeGreaterThan(10);
    expect(await suppressed()).toEqual([]);
    expect(alarms).toEqual([expect.stringContaining('5 %')]);
    const digest = await requireDigest(database.db, 'daily', FRIDAY);
    expect(digest.pauseReason).toContain('5 %');
  });
});

describe('A reader’s own view', () => {
  it('is what was mailed, once the papers are chosen', async () => {
    const { digestId, ids } = await composeFor([{ topics: ['rl'] }]);
    const token = tokens.seal({ digestId, subscriberId: ids[0] ?? 0 });
    const view = async (of = token) => {
      const seen = await viewDelivery(deps(), of);
      return seen && JSON.stringify(seen.papers);
    };
    expect(await view()).toBeNull();
    await deliver(deps(), { digestId, leaseId: await lease() });
    const html = await view();
    expect(html).toContain('Bicycle 0');
    expect(html).not.toContain('Bicycle 1');
    await updatePreferences(database.db, ids[0] ?? 0, { topics: ['nlp'] }, clock());
    expect(await view()).not.toContain('Bicycle 1');
    expect(await view(tokens.seal({ digestId: 0, subscriberId: ids[0] ?? 0 }))).toBeNull();
    expect(await view('AbCdEfGhIjKlMnOpQr_-Uv')).toBeNull();
    await eraseAddress(
      { db: database.db, clock, suppressionKey },
      (await rows(digestId)).length === 1 ? (sink.accepted[0]?.to ?? '') : '',
    );
    expect(await view()).toBeNull();
  });
});

describe('What a reader said of papers', () => {
  it('brings more of that in the next digest, which says so; the preview, too', async () => {
    const { db } = database;
    const liked = paper({
      title: 'Mamba Has a Hidden State',
      listedOn: '2026-05-01',
      usableOn: '2026-05-01',
    });
    const alike = paper({ title: 'A Hidden State for Vision Mamba' });
    await storePapers(db, [liked, alike, ...Array.from({ length: 6 }, () => paper())]);
    const { digestId, ids } = await composeFor([{ email: 'ada@example.org', papers: 3 }]);
    const feedback = { db, clock, termStatistics: createTermStatistics({ db, clock }) };
    const preview = async () =>
      (
        await previewDigest(deps(), await requireDigest(db, 'daily', FRIDAY), {
          email: 'ada@example.org',
          asText: true,
        })
      ).toString();
    expect(await preview()).not.toContain(alike.title);
    for (let times = 0; times < 10; times += 1) {
      const said = paper({ title: liked.title, listedOn: '2026-05-01', usableOn: '2026-05-01' });
      await storePapers(db, [said]);
      await giveFeedback(feedback, { subscriberId: ids[0] ?? 0, paperId: said.id, verb: 'more' });
    }
    const text = await preview();
    expect(text).toContain('You liked papers on “hidden state” and “mamba”.');
    expect(text).toContain(alike.title);
    await deliver(deps(), { digestId, leaseId: await lease() });
    const [delivery] = await rows(digestId);
    expect(JSON.stringify(delivery?.selection)).toContain(
      'You liked papers on “hidden state” and “mamba”.',
    );
  });
});

describe('A preview', () => {
  const preview = async (email: string | null, asText = false) => {
    const digest = await requireDigest(database.db, 'daily', FRIDAY);
    return (await previewDigest(deps(), digest, { email, asText })).toString('latin1');
  };

  it('is the message as it will be sent, and stores and sends nothing', async () => {
    const { digestId } = await composeFor([{ email: 'ada@example.org', topics: ['rl'] }]);
    const before = await preview('ADA@example.org');
    expect(await rows(digestId)).toMatchObject([{ state: 'pending', selection: null }]);
    expect(sink.tries).toBe(0);
    await deliver(deps(), { digestId, leaseId: await lease() });
    expect(sink.accepted[0]?.raw.toString('latin1')).toBe(before);
    expect(await preview('ada@example.org')).toBe(before);
  });

  it('is of a reader without wishes when nobody is named', async () => {
    await composeFor([]);
    expect(await preview(null, true)).toContain('Bicycle 5');
    expect(await preview(null)).toContain('To: reader@example.org');
  });

  it('says when there is nobody, or nothing to send', async () => {
    await composeFor([{ email: 'ada@example.org', topics: ['robotics'] }]);
    await expect(preview('bob@example.org')).rejects.toMatchObject({ code: 'UNKNOWN_SUBSCRIBER' });
    await expect(preview('ada@example.org')).rejects.toMatchObject({ code: 'NOTHING_TO_SEND' });
    await expect(preview('no address')).rejects.toMatchObject({ code: 'INVALID_EMAIL' });
  });
});

describe('A letter', () => {
  async function ask(
    kind: LetterKind = 'confirm',
    changes: Partial<Subscriber> = { status: 'pending' },
  ): Promise<number> {
    const subscriberId = await storeSubscriber(database.db, {
      email: 'ada@example.org',
      ...changes,
    });
    const expiresAt = new Date(clock().getTime() + 48 * 60 * MINUTE_MS);
    const paperIds = kind === 'return' ? ['p0'] : [];
    const asked = { subscriberId, kind, requestedAt: clock(), expiresAt, paperIds };
    return addLetter(database.db, asked);
  }
  async function letter(id: number) {
    const { rows: found } = await database.db.execute<{
      messageId: string;
      nextAt: string;
      [column: string]: unknown;
    }>(sql`
      SELECT state, attempts, next_at AS "nextAt", message_id AS "messageId", reply FROM letters
      WHERE id = ${id}`);
    const [row] = found;
    if (!row) throw new Error(`There is no letter ${id}.`);
    return { ...row, nextAt: new Date(row.nextAt) };
  }
  const confirmLink = /\/confirm\/([\w-]{22})/;
  const linkIn = (place: number) =>
    confirmLink.exec(sink.received[place]?.raw.toString() ?? '')?.[1] ?? '';

  it('never goes to an address that was suppressed meanwhile', async () => {
    const id = await ask();
    const hash = hashSuppressed('ada@example.org', suppressionKey);
    await suppress(database.db, hash, 'operator', clock());
    await sendLetter(deps(), id);
    expect(sink.accepted).toEqual([]);
    expect(await letter(id)).toMatchObject({
      state: 'failed',
      reply: 'The address is suppressed.',
    });
  });

  it('goes out once, with a link that works', async () => {
    const id = await ask();
    await sendLetter(deps(), id);
    await sendLetter(deps(), id);
    expect(sink.accepted.map(({ to }) => to)).toEqual(['ada@example.org']);
    expect(await letter(id)).toMatchObject({
      state: 'sent',
      attempts: 1,
      reply: '250 2.0.0 Taken',
    });
    const confirming = { ...deps(), queue: doorbell() };
    expect(await confirmSignUp(confirming, linkIn(0))).toMatchObject({ kind: 'confirmed' });
  });

  it('goes out once, also when two workers have it', async () => {
    const id = await ask();
    await Promise.all([sendLetter(deps(), id), sendLetter(deps(), id)]);
    expect(sink.tries).toBe(1);
  });

  it.each([
    ['preferences', '/preferences/', 'active'],
    ['export', '/export/', 'active'],
    ['erase', '/erase/', 'active'],
    ['welcome', '/preferences/', 'active'],
    ['goodbye', '/confirm/', 'unsubscribed'],
    ['return', '/preferences/', 'active'],
  ] as const)('of kind %s leads to %s', async (kind, path, status) => {
    await sendLetter(deps(), await ask(kind, { status }));
    expect(sink.accepted[0]?.raw.toString()).toContain(path);
  });

  it.each([
    ['welcome', 'unsubscribed'],
    ['goodbye', 'active'],
    ['return', 'paused'],
  ] as const)('of kind %s comes too late for a reader who is %s by now', async (kind, status) => {
    const id = await ask(kind, { status });
    await sendLetter(deps(), id);
    expect(sink.tries).toBe(0);
    expect(await letter(id)).toMatchObject({
      state: 'failed',
      reply: `The reader is ${status} by now.`,
    });
  });

  it('on return brings the papers that are stored still, in their order', async () => {
    await storePapers(database.db, [paper({ id: 'test:second' }), paper({ id: 'test:first' })]);
    const subscriberId = await storeSubscriber(database.db, { email: 'ada@example.org' });
    const paperIds = ['test:first', 'test:gone', 'test:second'];
    const id = await addNotice(database.db, 'return', { subscriberId, now: clock(), paperIds });
    await sendLetter(deps(), id ?? 0);
    const { text = '' } = await PostalMime.parse(sink.accepted[0]?.raw ?? '');
    expect([...text.matchAll(/papers\/(test:\w+)/g)].map(([, each]) => each)).toEqual([
      'test:first',
      'test:second',
    ]);
  });

  it('of goodbye is tried for two days, though its link lasts longer', async () => {
    const subscriberId = await storeSubscriber(database.db, { status: 'unsubscribed' });
    const id = await addNotice(database.db, 'goodbye', { subscriberId, now: clock() });
    sink.behave(() => ({ at: 'rcpt', reply: '451 4.7.1 Later' }));
    clock.advance(48 * 60 * MINUTE_MS - 1);
    await sendLetter(deps(), id ?? 0);
    expect(await letter(id ?? 0)).toMatchObject({ state: 'failed', reply: '451 4.7.1 Later' });
  });

  it.each([
    ['after a 4xx', { at: 'rcpt', reply: '451 4.7.1 Greylisted' }],
    ['after the connection broke', { drop: 'at rcpt' }],
    ['after an unknown outcome', { drop: 'after the dot' }],
  ] as const)('is sent again %s, with the same link and Message-ID', async (_what, behaviour) => {
    const id = await ask();
    sink.behave(() => behaviour);
    await sendLetter(deps(), id);
    const waiting = await letter(id);
    expect(waiting).toMatchObject({
      state: 'pending',
      attempts: 1,
      nextAt: new Date('2026-05-08T07:05:00Z'),
    });
    await sendLetter(deps(), id);
    expect(sink.accepted).toEqual([]);
    sink.behave(() => 'accept');
    clock.advance(5 * MINUTE_MS);
    await sendLetter(deps(), id);
    expect(await letter(id)).toMatchObject({ state: 'sent', messageId: waiting.messageId });
    expect(new Set(sink.received.map(({ raw }) => raw.toString('latin1'))).size).toBe(1);
    expect(sink.accepted[0]?.raw.toString()).toContain(waiting.messageId);
  });

  it('fails for good after a 5xx', async () => {
    const id = await ask();
    sink.behave(() => ({ at: 'rcpt', reply: '550 5.1.1 No such user' }));
    await sendLetter(deps(), id);
    expect(await letter(id)).toMatchObject({ state: 'failed', reply: '550 5.1.1 No such user' });
  });

  it('is not sent once its link has ended', async () => {
    const id = await ask();
    clock.advance(48 * 60 * MINUTE_MS);
    await sendLetter(deps(), id);
    expect(sink.tries).toBe(0);
    expect(await letter(id)).toMatchObject({ state: 'failed' });
  });

  it('is tried no more when the next try would come after its end', async () => {
    const id = await ask();
    sink.behave(() => ({ at: 'rcpt', reply: '451 4.7.1 Later' }));
    clock.advance(48 * 60 * MINUTE_MS - 1);
    await sendLetter(deps(), id);
    expect(await letter(id)).toMatchObject({ state: 'failed', reply: '451 4.7.1 Later' });
  });

  it('that a worker died over goes to the next one after two minutes', async () => {
    const id = await ask();
    await database.db.execute(sql`UPDATE letters SET attempts = 1,
      next_at = ${new Date(clock().getTime() + 2 * MINUTE_MS)} WHERE id = ${id}`);
    await sendLetter(deps(), id);
    expect(sink.tries).toBe(0);
    clock.advance(2 * MINUTE_MS);
    await sendLetter(deps(), id);
    expect(sink.accepted).toHaveLength(1);
  });
});
