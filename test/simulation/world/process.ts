import { createHmac } from 'node:crypto';
import type { SendMailOptions } from 'nodemailer';
import { isRelayInUse } from '../../../src/db/deliveries/relay-use.ts';
import { reserveSendPermits } from '../../../src/db/deliveries/send-rate.ts';
import { readDatabaseTime } from '../../../src/db/monitoring/status.ts';
import { createMessage } from '../../../src/domain/smtp/message.ts';
import type { Clock } from '../../../src/domain/time/clock.ts';
import { createHandlers } from '../../../src/jobs/handlers.ts';
import { CALENDAR_ONLY } from '../../../src/mail/digests/digest-note.ts';
import { createMessageIds } from '../../../src/mail/encoding/message-id.ts';
import type { MailTemplates } from '../../../src/mail/templates/mail-templates.ts';
import type { Metrics } from '../../../src/metrics/metrics.ts';
import type { Mailer } from '../../../src/relay/nodemailer-transport.ts';
import type { Relay } from '../../../src/relay/relay.ts';
import { openSendRateLimiter } from '../../../src/relay/send-rate-limiter.ts';
import { startRoles } from '../../../src/roles.ts';
import { createAlerts } from '../../../src/services/alerts/alerts.ts';
import {
  createDigestSender,
  type DigestSender,
} from '../../../src/services/deliveries/digest-sender.ts';
import { enqueueDueBatches } from '../../../src/services/deliveries/enqueue-batches.ts';
import { type Lease, startLeaseHeartbeat } from '../../../src/services/deliveries/lease.ts';
import { createRelayChangeHandler } from '../../../src/services/deliveries/relay-changes.ts';
import { abortableSleep } from '../../../src/services/deliveries/retry-transient.ts';
import { createSendSuspension } from '../../../src/services/deliveries/send-suspension.ts';
import { createDigestContexts } from '../../../src/services/digests/digest-context.ts';
import { createClockGuard } from '../../../src/services/monitoring/clock-guard.ts';
import type { Log } from '../../../src/services/monitoring/log.ts';
import type { TermStatistics } from '../../../src/services/ranking/term-statistics.ts';
import type { App } from '../../../src/wiring/app.ts';
import { loadOnce } from '../../../src/wiring/load-once.ts';
import { QUERY_TIMEOUTS_MS } from '../../../src/wiring/query-timeouts.ts';
import { buildSender } from '../../mail/builders.ts';
import { suppressionKey, tokens } from '../../support/keys.ts';
import { openModelDatabase } from '../postgres/pool.ts';
import { createDatabaseLink, type DatabaseLink, type LinkDeps } from './database-link.ts';
import type { Plan } from './plan.ts';
import type { QueueStore } from './queue-model.ts';
import type { RelayNetwork } from './relay/network.ts';
import { openSimulatedRelay } from './relay/open-relay.ts';
import type { Owner } from './scheduler.ts';

/** What all processes of a world share. */
export interface World extends LinkDeps {
  relayNetwork: RelayNetwork;
  queueStore: QueueStore;
  templates: MailTemplates;
  /** The links in confirmation e-mails, by Message-ID. */
  confirmationLinks: Map<string, { email: string; token: string }>;
  /** The time of day at the start, in ms. */
  startsAtMs: number;
  plan: Plan;
}

/** One start of a process, until it dies or is stopped. */
export interface SimulatedProcess extends Owner {
  role: 'worker' | 'scheduler';
  link: DatabaseLink;
  lease: Lease | null;
  /** Until then a fault may keep it from renewing its lease, in ms. */
  disturbedUntilMs: number;
  /** Batches that it works on, as `digest-batch`. */
  activeBatches: Map<string, number>;
  /** Ends it as SIGTERM does. */
  stop: () => Promise<void>;
}

export const sender = buildSender();

export const messageIds = createMessageIds(
  createHmac('sha256', 'simulation').digest(),
  sender.messageIdDomain,
);

const noop = () => undefined;

const NO_METRICS: Metrics = {
  contentType: '',
  countMail: noop,
  observeJob: noop,
  observeBatch: noop,
  observeBatchStep: noop,
  observeRequest: noop,
  renderText: async () => '',
};

const NO_TERMS: TermStatistics = () => Promise.reject(new Error('No reader has learned terms.'));

/** Starts a process of the program: the parts that `roles.ts` and `wiring` put together, on the
 *  models of everything outside it. */
export function startProcess(
  world: World,
  name: string,
  role: SimulatedProcess['role'],
  instance: number,
): SimulatedProcess {
  const owner: SimulatedProcess = {
    ...{ name, role, isAlive: true, clockOffsetMs: 0 },
    frozenUntilMs: -1,
    disturbedUntilMs: -1,
    link: null as never,
    lease: null,
    activeBatches: new Map(),
    stop: async () => undefined,
  };
  owner.link = createDatabaseLink(world, owner);
  world.scheduler.after(0, owner, () => {
    open(world, owner, `${name}-${instance}`).catch((error: Error) => {
      world.trace.add(name, `does not start: ${error.message}`);
      if (error instanceof TypeError) throw error;
      owner.isAlive = false;
      owner.stop = async () => undefined;
    });
  });
  return owner;
}

async function open(world: World, owner: SimulatedProcess, instanceId: string): Promise<void> {
  const { scheduler, trace, templates, queueStore, relayNetwork, plan } = world;
  const clock = () =>
    new Date(Math.floor(world.startsAtMs + scheduler.nowMs() + owner.clockOffsetMs));
  const elapsedMs = () => scheduler.nowMs();
  const log: Log = (_level, event, facts) =>
    trace.add(owner.name, `log: ${event} ${describe(facts)}`);
  const database = openModelDatabase(owner.link.connect);
  const dbFor = (timeout: keyof typeof QUERY_TIMEOUTS_MS) =>
    database.withQueryTimeout(QUERY_TIMEOUTS_MS[timeout]);
  const queue = queueStore.open(owner);
  const random = () => world.random.next();
  const [heartbeatDb, sweepDb] = [dbFor('heartbeat').db, dbFor('sweep').db];
  const createAlertsDatedBy = (alertClock: Clock) =>
    createAlerts({
      ...{ db: sweepDb, clock: alertClock },
      onRaised: ({ kind }) => trace.add(owner.name, `alert: ${kind}`),
      onEnded: noop,
    });
  const clockGuard = createClockGuard({
    ...{ clock, elapsedMs, log, machine: owner.name, createAlerts: createAlertsDatedBy },
    readDatabaseTime: () => readDatabaseTime(heartbeatDb),
  });
  const alerts = createAlertsDatedBy(clockGuard.databaseClock);
  const relayChanges = createRelayChangeHandler({
    ...{ alerts, log, clockGuard },
    enqueueDue: () => enqueueDueBatches({ db: sweepDb, queue }, clock()),
    isInUse: (name, since) => isRelayInUse(sweepDb, name, since),
  });
  const rateLimit =
    plan.ratePerSecond === null
      ? null
      : openSendRateLimiter({
          perSecond: plan.ratePerSecond,
          store: {
            reserve: (name, durationMs) =>
              reserveSendPermits(dbFor('rateLimit').db, name, durationMs),
            close: noop,
          },
          elapsedMs,
          onError: (error) => log('warn', 'store of the send rate did not respond', { error }),
        });
  const relay = openSimulatedRelay(relayNetwork, owner, {
    urls: Array.from({ length: plan.relays }, (_, n) => `smtp://relay-${n + 1}.example.org:25`),
    maxConnections: plan.connections,
    acquirePermit: rateLimit?.acquire ?? null,
    random,
    onChange: relayChanges.handle,
  });
  const stopping = new AbortController();
  const forceStop = new AbortController();
  const { db, pool } = dbFor('sending');
  const suspension = createSendSuspension({ alerts, log }, instanceId);
  const shared = {
    ...{ db, clock, random, log, alerts, relay, tokens, suppressionKey, templates, sender },
    ...{ messageIds, signer: null, ownerKeys: null, dailyLimit: null, metrics: NO_METRICS },
    ...{ clockGuard, suspension, termStatistics: NO_TERMS },
    stopping: stopping.signal,
    forceStop: forceStop.signal,
  };
  const lease = loadOnce(async () => {
    owner.lease = await startLeaseHeartbeat(
      {
        ...{ db: heartbeatDb, queue, clock, elapsedMs, log, alerts },
        ...{ wallMs: () => clock().getTime(), onRenewed: clockGuard.note },
      },
      instanceId,
    );
    return owner.lease;
  });
  const digestContexts = createDigestContexts({
    ...{ db, templates, sender, termStatistics: NO_TERMS },
    classifyNonWorkingDay: CALENDAR_ONLY.classifyNonWorkingDay,
  });
  const digestSender = loadOnce(async () =>
    watchBatches(
      owner,
      createDigestSender({
        ...shared,
        ...{ pool, digestContexts, lease: await lease(), maxInFlight: plan.maxInFlight },
        sleep: abortableSleep,
      }),
    ),
  );
  const handlers = createHandlers({
    ...shared,
    ...{ db: sweepDb, slowDb: dbFor('slow').db, queue, digestSender },
    ...{ composeAt: COMPOSE_AT, composeWaitMs: 0, deliveriesKeptDays: 180 },
    ...{ sources: [], librarySources: {} as never, allowsLookups: false },
    alertEmail: null,
    alertMail: () => Promise.reject(new Error('No alert is mailed.')),
    transactional: async () => ({
      ...shared,
      ...{ mailer: createModelMailer(world, relay), lease: await lease() },
    }),
  });
  const parts: Partial<App> = {
    ...{ queue, handlers, lease, db: sweepDb, clock, clockGuard, suspension, stopping, forceStop },
    logger: createTraceLogger(log),
    config: { composeAt: COMPOSE_AT, metricsPort: null } as App['config'],
    sources: { configured: [] as App['sources']['configured'] } as App['sources'],
    waitForBatches: async () => (await digestSender.ifLoaded())?.drain(),
  };
  const roles = await startRoles(parts as App, [owner.role]);
  let isStopping = false;
  owner.stop = async () => {
    // A second SIGTERM changes nothing.
    if (isStopping) return new Promise(() => undefined);
    isStopping = true;
    await roles.stop();
    await (await lease.ifLoaded())?.end();
    suspension.close();
    relayChanges.close();
    await relay.close();
    rateLimit?.close();
  };
}

/** The part of the logger that the roles use. */
function createTraceLogger(log: Log): App['logger'] {
  const write = (level: 'info' | 'warn' | 'error') => (facts: object, event: string) =>
    log(level, event, facts);
  const logger = { info: write('info'), warn: write('warn'), error: write('error') };
  return logger as unknown as App['logger'];
}

/** 06:00 UTC. */
export const COMPOSE_AT = { hour: 6, minute: 0 };

/** Notes which batches the process works on. */
function watchBatches(owner: SimulatedProcess, digestSender: DigestSender): DigestSender {
  return {
    ...digestSender,
    deliverBatch: async (key) => {
      const name = `${key.digestId}-${key.batch}`;
      const change = (by: number) =>
        owner.activeBatches.set(name, (owner.activeBatches.get(name) ?? 0) + by);
      change(1);
      const result = await digestSender.deliverBatch(key).catch((error) => {
        change(-1);
        throw error;
      });
      result.ended.then(
        () => change(-1),
        () => change(-1),
      );
      return result;
    },
  };
}

/** Composes only what the relay looks at: nodemailer itself is not simulated. */
function createModelMailer({ confirmationLinks }: World, relay: Relay): Mailer {
  return {
    sendMail: async ({ to, text, messageId = '' }) => {
      const address = readAddress(to);
      const token = /\/confirm\/([\w-]+)/.exec(String(text))?.[1];
      if (token) confirmationLinks.set(messageId, { email: address, token });
      const outcome = await relay.send(
        createMessage({ from: sender.from.address, to: address }, [
          Buffer.from(`Message-ID: ${messageId}\r\n\r\n`),
        ]),
      );
      return { envelope: { from: sender.from.address, to: [address] }, messageId, outcome };
    },
  };
}

function readAddress(to: SendMailOptions['to']): string {
  const isNamed = typeof to === 'object' && !Array.isArray(to);
  return isNamed ? (to.address ?? '') : String(to);
}

function describe(facts: object): string {
  return Object.entries(facts)
    .map(
      ([name, value]) => `${name}=${value instanceof Error ? value.message.split('\n')[0] : value}`,
    )
    .join(' ');
}
