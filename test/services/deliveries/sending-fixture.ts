import { sql } from 'drizzle-orm';
import { afterEach, beforeAll, beforeEach } from 'vitest';
import { type BatchKey, listDueBatches } from '../../../src/db/deliveries/batches.ts';
import { openLease } from '../../../src/db/deliveries/leases.ts';
import type { Alert } from '../../../src/domain/alerts/alert.ts';
import type { DigestKind } from '../../../src/domain/digests/digest.ts';
import type { Subscriber } from '../../../src/domain/subscribers/subscriber.ts';
import { CALENDAR_ONLY } from '../../../src/mail/digests/digest-note.ts';
import { createMessageIds } from '../../../src/mail/encoding/message-id.ts';
import {
  loadMailTemplates,
  type MailTemplates,
} from '../../../src/mail/templates/mail-templates.ts';
import { createMetrics } from '../../../src/metrics/metrics.ts';
import { createMailer } from '../../../src/relay/nodemailer-transport.ts';
import { openRelay, type Relay } from '../../../src/relay/relay.ts';
import type { BatchResult } from '../../../src/services/deliveries/deliver-batch.ts';
import {
  createDigestSender,
  type DigestSender,
  type DigestSenderDeps,
} from '../../../src/services/deliveries/digest-sender.ts';
import { composeDigest } from '../../../src/services/digests/compose-digest.ts';
import { createDigestContexts } from '../../../src/services/digests/digest-context.ts';
import { trustClock } from '../../../src/services/monitoring/clock-guard.ts';
import type { Log } from '../../../src/services/monitoring/log.ts';
import { createTermStatistics } from '../../../src/services/ranking/term-statistics.ts';
import type { TransactionalDeps } from '../../../src/services/transactional/send-transactional-email.ts';
import { buildSender } from '../../mail/builders.ts';
import { createTestClock, FRIDAY } from '../../support/clock.ts';
import { useDatabase } from '../../support/database.ts';
import { suppressionKey, tokens } from '../../support/keys.ts';
import { buildPaper, storePapers, storeSubscriber } from '../../support/rows.ts';
import { openTestSmtpServer, type TestSmtpServer } from '../../support/smtp-server.ts';
import { type DeliveryRow, listDeliveryRows } from './delivery-rows.ts';

export const MINUTE_MS = 60_000;
/** Messages that a worker of the fixture may have in flight. */
export const MAX_IN_FLIGHT = 3;

const sender = buildSender();
const messageIds = createMessageIds(Buffer.from('a key for tests'), sender.messageIdDomain);

/** Sends digests, and has what transactional e-mails need. */
export type TestWorker = DigestSenderDeps &
  TransactionalDeps &
  DigestSender & { useLease: (leaseId: number) => void };

/**
 * Everything that sends, from the tables to a real SMTP server, at 07:00 of the seed day. Each test
 * gets a new SMTP server, relay and lists of alerts.
 */
export function useSendingFixture() {
  const database = useDatabase();
  const clock = createTestClock('2026-05-08T07:00:00Z');
  let templates: MailTemplates;
  let sink: TestSmtpServer;
  let relay: Relay;
  let stopping: AbortController;
  let alerts: string[];
  let workers: Pick<DigestSender, 'drain'>[];
  let lateResults: number;
  let droppedResults: number;
  const log: Log = (_level, _event, facts) => {
    if ('lateResults' in facts) lateResults += Number(facts.lateResults);
    if ('droppedResults' in facts) droppedResults += Number(facts.droppedResults);
  };

  beforeAll(async () => {
    templates = await loadMailTemplates();
  });

  beforeEach(async () => {
    await database.empty();
    clock.set('2026-05-08T07:00:00Z');
    stopping = new AbortController();
    alerts = [];
    workers = [];
    lateResults = 0;
    droppedResults = 0;
    sink = await openTestSmtpServer();
    relay = openRelay({ urls: [sink.url], maxConnections: 2 * MAX_IN_FLIGHT });
  });

  afterEach(async () => {
    stopping.abort();
    await relay.close();
    // Nothing that a worker does in the background reaches the next test.
    await Promise.all(workers.map(({ drain }) => drain()));
    await sink.close();
  });

  /** Creates a worker, wired as in production. */
  function deps(changes: Partial<DigestSenderDeps> = {}): TestWorker {
    const { db, pool } = database.database;
    const termStatistics = createTermStatistics({ db, clock });
    let leaseId = 0;
    const shared = {
      digestContexts: createDigestContexts({
        db,
        templates,
        sender,
        termStatistics,
        classifyNonWorkingDay: CALENDAR_ONLY.classifyNonWorkingDay,
      }),
      lease: {
        current: async () => leaseId,
        isAlive: () => true,
        isHeld: () => true,
        beforeRelease: () => undefined,
        onFailover: () => undefined,
        replace: async () => undefined,
      },
      suspension: {
        isSuspended: () => false,
        suspend: () => undefined,
        noteSuccess: () => undefined,
      },
      alerts: {
        raise: async ({ sentence }: Alert) => void alerts.push(sentence),
        end: async () => undefined,
      },
      log,
      metrics: createMetrics({ version: 'test' }),
      maxInFlight: MAX_IN_FLIGHT,
      sleep: async () => undefined,
      stopping: stopping.signal,
      forceStop: new AbortController().signal,
      db,
      pool,
      relay,
      termStatistics,
      mailer: createMailer(relay),
      templates,
      sender,
      tokens,
      clock,
      clockGuard: trustClock(clock),
      random: () => 0.5,
      suppressionKey,
      ownerKeys: null,
      dailyLimit: null,
      messageIds,
      signer: null,
      ...changes,
    };
    const digestSender = createDigestSender(shared);
    workers.push(digestSender);
    return {
      ...shared,
      ...digestSender,
      useLease: (id) => {
        leaseId = id;
      },
    };
  }

  /** Delivers every due batch of the digest under the lease. */
  async function deliver(
    worker: TestWorker,
    { digestId, leaseId }: { digestId: number; leaseId: number },
  ): Promise<Pick<BatchResult, 'claimed' | 'sent'>> {
    const due = await listDueBatches(database.db, clock());
    worker.useLease(leaseId);
    const results = await Promise.all(
      due
        .filter((each) => each.digestId === digestId)
        .map(async (key) => (await worker.deliverBatch(key)).ended),
    );
    await worker.drain();
    const sum = (of: (result: BatchResult) => number) =>
      results.reduce((total, result) => total + of(result), 0);
    return { claimed: sum(({ claimed }) => claimed), sent: sum(({ sent }) => sent) };
  }

  /** Delivers one batch under the lease. */
  function deliverOne(
    worker: TestWorker,
    { leaseId, ...key }: BatchKey & { leaseId: number },
  ): ReturnType<DigestSender['deliverBatch']> {
    worker.useLease(leaseId);
    return worker.deliverBatch(key);
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

  /** Composes a digest of six papers on the seed day for these subscribers, due at 07:00. */
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
    deliverOne,
    compose,
    storeSixPapers,
    composeFor,
    rows: listRows,
    statesOf: async (digestId: number) => (await listRows(digestId)).map(({ state }) => state),
    /** Opens a lease that outlasts the test, however slow the machine is. */
    lease: async (instanceId = 'test') => {
      const id = await openLease(database.db, instanceId);
      await database.db.execute(
        sql`UPDATE leases SET expires_at = clock_timestamp() + interval '1 hour' WHERE id = ${id}`,
      );
      return id;
    },
    get sink() {
      return sink;
    },
    get relay() {
      return relay;
    },
    get stopping() {
      return stopping;
    },
    /** The sentences of alerts that were raised. */
    get alerts() {
      return alerts;
    },
    /** Results that came after their lease had ended and replaced `unknown`. */
    get lateResults() {
      return lateResults;
    },
    /** Results that came too late to be recorded. */
    get droppedResults() {
      return droppedResults;
    },
  };
}

/** Subscribers `r0@example.org`, `r1@example.org` and so on. */
export const buildSubscribers = (count: number): Partial<Subscriber>[] =>
  Array.from({ length: count }, (_, n) => ({ email: `r${n}@example.org` }));
