import { afterEach, beforeAll, beforeEach } from 'vitest';
import { listDueBatches } from '../../../src/db/batches.ts';
import { openLease } from '../../../src/db/leases.ts';
import { recordTries } from '../../../src/db/tries.ts';
import type { DigestKind } from '../../../src/domain/digest.ts';
import type { Subscriber } from '../../../src/domain/subscriber.ts';
import { createMessageIds } from '../../../src/mail/message-id.ts';
import { loadMailTemplates, type MailTemplates } from '../../../src/mail/templates.ts';
import { openMailer } from '../../../src/relay/nodemailer-transport.ts';
import { openRelay, type Relay } from '../../../src/relay/relay.ts';
import { composeDigest } from '../../../src/services/compose-digest.ts';
import {
  type BatchResult,
  type DeliverDeps,
  deliverBatch,
} from '../../../src/services/deliver-batch.ts';
import type { LetterDeps } from '../../../src/services/send-letter.ts';
import { createEditions } from '../../../src/services/support/editions.ts';
import { patiently } from '../../../src/services/support/patience.ts';
import {
  createSendingWindow,
  type WindowDeps,
} from '../../../src/services/support/sending-window.ts';
import { createTermStatistics } from '../../../src/services/support/term-statistics.ts';
import { watchReplies } from '../../../src/services/support/watch-replies.ts';
import { sender as sampleSender } from '../../mail/samples.ts';
import { clockAt, FRIDAY } from '../../support/clock.ts';
import { useDatabase } from '../../support/database.ts';
import { suppressionKey, tokens } from '../../support/keys.ts';
import { paper, storePapers, storeSubscriber } from '../../support/rows.ts';
import { openSink, type Sink } from '../../support/sink.ts';
import { type DeliveryRow, deliveryRows } from './delivery-rows.ts';

export const MINUTE_MS = 60_000;
/** How many mails a worker of the engine has on their way at once. */
export const CONNECTIONS = 3;

const sender = sampleSender();
const messageIds = createMessageIds(Buffer.from('a key for tests'), sender.messageIdDomain);

/** What a worker is told: all that sending digests and letters needs. */
export type Worker = DeliverDeps & LetterDeps;

/**
 * All of sending, from the tables to a real SMTP server, for this test file alone, at 07:00 of the seed
 * day. What is read by `engine.` in tests (the sink, the relay, what was noted) is made anew for each.
 */
export function useEngine() {
  const database = useDatabase();
  const clock = clockAt('2026-05-08T07:00:00Z');
  const watching: Promise<void>[] = [];
  let templates: MailTemplates;
  let sink: Sink;
  let relay: Relay;
  let stopping: AbortController;
  let alarms: string[];
  let tooLate: number;

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

  const recordPatiently: WindowDeps['record'] = (digestId, tries) =>
    patiently(() => recordTries(database.database.pool, digestId, tries), {
      signal: stopping.signal,
      pause: async () => undefined,
    });

  /** A worker of its own; `record` writes results down for it. */
  function deps(changes: Partial<DeliverDeps> = {}, record = recordPatiently): Worker {
    const { db } = database;
    const onAlarm = (alarm: string) => void alarms.push(alarm);
    const watch = watchReplies({ db, clock, suppressionKey, onAlarm });
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
    worker: Worker,
    { digestId, leaseId }: { digestId: number; leaseId: number },
  ): Promise<Pick<BatchResult, 'claimed' | 'sent'>> {
    const due = await listDueBatches(database.db, clock());
    const results = await Promise.all(
      due
        .filter((each) => each.digestId === digestId)
        .map(async (key) => (await deliverBatch(worker, key, leaseId)).ended),
    );
    await Promise.all(watching.splice(0));
    const sum = (of: (result: BatchResult) => number) =>
      results.reduce((total, result) => total + of(result), 0);
    return { claimed: sum(({ claimed }) => claimed), sent: sum(({ sent }) => sent) };
  }

  async function compose(kind: DigestKind, date: string): Promise<number> {
    const now = new Date(`${date}T05:30:00Z`);
    const { digest } = await composeDigest(database.db, { kind, date, now });
    if (!digest) throw new Error('Nothing was composed.');
    return digest.id;
  }

  const storeSixPapers = () =>
    storePapers(
      database.db,
      Array.from({ length: 6 }, (_, n) => ({
        ...paper({ id: `p${n}`, title: `Bicycle ${n}`, upvotes: 60 - 10 * n }),
        slugs: [n % 2 === 0 ? 'rl' : 'nlp'],
      })),
    );

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

  const rows = (digestId: number): Promise<DeliveryRow[]> => deliveryRows(database.db, digestId);

  return {
    database,
    clock,
    deps,
    deliver,
    compose,
    storeSixPapers,
    composeFor,
    rows,
    statesOf: async (digestId: number) => (await rows(digestId)).map(({ state }) => state),
    lease: (holder = 'test') => openLease(database.db, holder),
    get sink() {
      return sink;
    },
    get stopping() {
      return stopping;
    },
    /** What operators were told. */
    get alarms() {
      return alarms;
    },
    /** Results that came when their lease had ended. */
    get tooLate() {
      return tooLate;
    },
  };
}

/** Readers `r0@example.org`, `r1@example.org` and so on. */
export const many = (count: number): Partial<Subscriber>[] =>
  Array.from({ length: count }, (_, n) => ({ email: `r${n}@example.org` }));
