import { afterEach, beforeAll, beforeEach } from 'vitest';
import { listDueBatches } from '../../../src/db/deliveries/batches.ts';
import { openLease } from '../../../src/db/deliveries/leases.ts';
import { recordAttempts } from '../../../src/db/deliveries/record-attempts.ts';
import type { DigestKind } from '../../../src/domain/digests/digest.ts';
import type { Subscriber } from '../../../src/domain/subscribers/subscriber.ts';
import { CALENDAR_ONLY } from '../../../src/mail/digests/note-copy.ts';
import { createMessageIds } from '../../../src/mail/encoding/message-id.ts';
import {
  loadMailTemplates,
  type MailTemplates,
} from '../../../src/mail/templates/mail-templates.ts';
import { createMailer } from '../../../src/relay/nodemailer-transport.ts';
import { openRelay, type Relay } from '../../../src/relay/relay.ts';
import {
  type BatchResult,
  type DeliverDeps,
  deliverBatch,
} from '../../../src/services/deliveries/deliver-batch.ts';
import { createReplyHandler } from '../../../src/services/deliveries/handle-replies.ts';
import {
  createInFlightWindow,
  type InFlightWindowDeps,
} from '../../../src/services/deliveries/in-flight-window.ts';
import { retryTransient } from '../../../src/services/deliveries/retry-transient.ts';
import { composeDigest } from '../../../src/services/digests/compose-digest.ts';
import { createDigestContexts } from '../../../src/services/digests/digest-context.ts';
import { createTermStatistics } from '../../../src/services/ranking/term-statistics.ts';
import type { TransactionalDeps } from '../../../src/services/transactional/send-transactional-email.ts';
import { buildSender as sampleSender } from '../../mail/builders.ts';
import { createTestClock, FRIDAY } from '../../support/clock.ts';
import { useDatabase } from '../../support/database.ts';
import { suppressionKey, tokens } from '../../support/keys.ts';
import { buildPaper, storePapers, storeSubscriber } from '../../support/rows.ts';
import { openTestSmtpServer, type TestSmtpServer } from '../../support/smtp-server.ts';
import { type DeliveryRow, listDeliveryRows } from './delivery-rows.ts';

export const MINUTE_MS = 60_000;
/** How many mails a worker of the engine has on their way at once. */
export const CONNECTIONS = 3;

const sender = sampleSender();
const messageIds = createMessageIds(Buffer.from('a key for tests'), sender.messageIdDomain);

/** What a worker is told: all that sending digests and letters needs. */
export type TestWorker = DeliverDeps & TransactionalDeps;

/**
 * All of sending, from the tables to a real SMTP server, for this test file alone, at 07:00 of the seed
 * day. What is read by `engine.` in tests (the sink, the relay, what was noted) is made anew for each.
 */
export function useSendingFixture() {
  const database = useDatabase();
  const clock = createTestClock('2026-05-08T07:00:00Z');
  const pendingReplyChecks: Promise<void>[] = [];
  let templates: MailTemplates;
  let sink: TestSmtpServer;
  let relay: Relay;
  let stopping: AbortController;
  let alerts: string[];
  let lateResults: number;

  beforeAll(async () => {
    templates = await loadMailTemplates();
  });

  beforeEach(async () => {
    await database.empty();
    clock.set('2026-05-08T07:00:00Z');
    stopping = new AbortController();
    alerts = [];
    lateResults = 0;
    sink = await openTestSmtpServer();
    relay = openRelay({ urls: [sink.url], maxConnections: 2 * CONNECTIONS });
  });

  afterEach(async () => {
    await relay.close();
    await sink.close();
  });

  const recordWithRetry: InFlightWindowDeps['record'] = (digestId, attempts) =>
    retryTransient(() => recordAttempts(database.database.pool, digestId, attempts), {
      signal: stopping.signal,
      pause: async () => undefined,
    });

  /** A worker of its own; `record` writes results down for it. */
  function deps(changes: Partial<DeliverDeps> = {}, record = recordWithRetry): TestWorker {
    const { db } = database;
    const onAlert = (alert: string) => void alerts.push(alert);
    const processReplies = createReplyHandler({ db, clock, suppressionKey, onAutoPause: onAlert });
    const window = createInFlightWindow({
      relay,
      record,
      onRecorded: (digestId, attempted, count) => {
        lateResults += count;
        pendingReplyChecks.push(processReplies(digestId, attempted));
      },
      isAlive: () => true,
      clock,
      random: () => 0.5,
      maxInFlight: CONNECTIONS,
      stopping: stopping.signal,
    });
    const termStatistics = createTermStatistics({ db, clock });
    return {
      window,
      isRelayOpen: () => true,
      activeBatches: new Map(),
      sleep: async () => undefined,
      forceStop: new AbortController().signal,
      db,
      digestContexts: createDigestContexts({
        db,
        templates,
        sender,
        termStatistics,
        classifyNonWorkingDay: CALENDAR_ONLY.classifyNonWorkingDay,
      }),
      termStatistics,
      mailer: createMailer(relay),
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
    worker: TestWorker,
    { digestId, leaseId }: { digestId: number; leaseId: number },
  ): Promise<Pick<BatchResult, 'claimed' | 'sent'>> {
    const due = await listDueBatches(database.db, clock());
    const results = await Promise.all(
      due
        .filter((each) => each.digestId === digestId)
        .map(async (key) => (await deliverBatch(worker, key, leaseId)).ended),
    );
    await Promise.all(pendingReplyChecks.splice(0));
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
        ...buildPaper({ id: `p${n}`, title: `Bicycle ${n}`, upvotes: 60 - 10 * n }),
        slugs: [n % 2 === 0 ? 'rl' : 'nlp'],
      })),
    );

  /** A digest of six papers on the seed day for these readers, who are due at 07:00. */
  async function composeFor(subscribers: readonly Partial<Subscriber>[]): Promise<{
    digestId: number;
    ids: number[];
  }> {
    await storeSixPapers();
    const ids = [];
    for (const subscriber of subscribers) ids.push(await storeSubscriber(database.db, subscriber));
    return { digestId: await compose('daily', FRIDAY), ids };
  }

  const listRows = (digestId: number): Promise<DeliveryRow[]> =>
    listDeliveryRows(database.db, digestId);

  return {
    database,
    clock,
    deps,
    deliver,
    compose,
    storeSixPapers,
    composeFor,
    rows: listRows,
    statesOf: async (digestId: number) => (await listRows(digestId)).map(({ state }) => state),
    lease: (instanceId = 'test') => openLease(database.db, instanceId),
    get sink() {
      return sink;
    },
    get stopping() {
      return stopping;
    },
    /** What operators were told. */
    get alarms() {
      return alerts;
    },
    /** Results that came when their lease had ended. */
    get tooLate() {
      return lateResults;
    },
  };
}

/** Readers `r0@example.org`, `r1@example.org` and so on. */
export const buildSubscribers = (count: number): Partial<Subscriber>[] =>
  Array.from({ length: count }, (_, n) => ({ email: `r${n}@example.org` }));
