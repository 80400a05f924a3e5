import { createHmac } from 'node:crypto';
import { hostname } from 'node:os';
import type { Database } from '../db/client.ts';
import { recordAttempts } from '../db/deliveries/record-attempts.ts';
import { isTransient } from '../db/transient.ts';
import { concludeAttempt } from '../domain/deliveries/outcome.ts';
import type { Links } from '../domain/links/links.ts';
import type { LinkTokens } from '../domain/links/tokens.ts';
import type { ClassifyNonWorkingDay } from '../domain/sources/working-days.ts';
import { extractDomain } from '../domain/subscribers/email-address.ts';
import type { Clock } from '../domain/time/clock.ts';
import type { Log } from '../jobs/job-log.ts';
import type { DkimSigner } from '../mail/dkim/signer.ts';
import { signRawMessage } from '../mail/dkim/signer.ts';
import { createMessageIds, type MessageIds } from '../mail/encoding/message-id.ts';
import { loadMailTemplates, type MailTemplates } from '../mail/templates/mail-templates.ts';
import type { Sender } from '../mail/templates/sender.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { toRedisUrl } from '../queue/redis-server.ts';
import { createMailer, type Mailer } from '../relay/nodemailer-transport.ts';
import { chooseHeloName, openRelay, type Relay } from '../relay/relay.ts';
import { openSendRateLimiter, type SendRateLimiter } from '../relay/send-rate-limiter.ts';
import type { Alerts } from '../services/alerts/alerts.ts';
import type { DeliverDeps } from '../services/deliveries/deliver-batch.ts';
import { createReplyHandler } from '../services/deliveries/handle-replies.ts';
import { createInFlightWindow } from '../services/deliveries/in-flight-window.ts';
import { abortableSleep, retryTransient } from '../services/deliveries/retry-transient.ts';
import { createDigestContexts, type DigestContexts } from '../services/digests/digest-context.ts';
import { measureDuration } from '../services/monitoring/measure-duration.ts';
import type { TermStatistics } from '../services/ranking/term-statistics.ts';
import type { TransactionalDeps } from '../services/transactional/send-transactional-email.ts';
import type { Config } from '../settings/config.ts';
import type { Keys } from '../settings/keys.ts';
import { createRelayAlerts, raiseRefusalsAlert } from './alerts.ts';
import type { QueryTimeoutsMs } from './query-timeouts.ts';

/** What is loaded when the first mail is composed. */
export interface MailServices {
  templates: MailTemplates;
  sender: Sender;
  /** Null when mail is not signed. */
  signer: DkimSigner | null;
  relay: Relay;
  /** Sends single mails through the relay. */
  mailer: Mailer;
  digestContexts: DigestContexts;
  messageIds: MessageIds;
  close(): Promise<void>;
}

export interface MailDeps {
  config: Config;
  metrics: Metrics;
  database: Database;
  keys: Keys;
  tokens: LinkTokens;
  links: Links;
  termStatistics: TermStatistics;
  clock: Clock;
  random: () => number;
  log: Log;
  signer: DkimSigner | null;
  alerts: Alerts;
  /** For the configured sources. */
  classifyNonWorkingDay: ClassifyNonWorkingDay;
  /** Called when a relay is in order again: what is due is to be rung for. */
  onRelayRecovered: () => Promise<unknown>;
  /** The relays to send through. */
  relayUrls: readonly string[];
  stopping: AbortSignal;
  forceStop: AbortSignal;
  queryTimeoutsMs: QueryTimeoutsMs;
}

/** Opens what mail needs; nothing is said to a relay before the first one. */
export async function openMailServices(deps: MailDeps): Promise<MailServices> {
  const { config, database, keys, links, signer } = deps;
  const templates = await loadMailTemplates();
  const sender = createSender(config, links);
  const rateLimit = openRelayRateLimit(deps);
  const relayAlerts = createRelayAlerts(deps);
  const relay = openRelay({
    urls: deps.relayUrls,
    maxConnections: config.smtpConnections,
    heloName: chooseHeloName(hostname()),
    acquirePermit: rateLimit?.acquire ?? null,
    random: deps.random,
    onChange: (change) => {
      const { relay: name, isAvailable: isInOrder, sentence } = change;
      deps.log(isInOrder ? 'info' : 'error', sentence, { relay: name });
      relayAlerts.note(change);
      if (isInOrder)
        deps.onRelayRecovered().catch((err) => deps.log('warn', ENQUEUE_FAILED, { err }));
    },
  });
  deps.forceStop.addEventListener('abort', () => void relay.close({ graceMs: 0 }));
  return {
    templates,
    sender,
    signer,
    relay,
    mailer: createMailer(relay, signer && ((raw) => signRawMessage(signer, raw))),
    digestContexts: createDigestContexts({
      db: database.withQueryTimeout(deps.queryTimeoutsMs.engine).db,
      templates,
      sender,
      termStatistics: deps.termStatistics,
      classifyNonWorkingDay: deps.classifyNonWorkingDay,
    }),
    messageIds: createMessageIds(deriveMessageIdKey(keys), sender.messageIdDomain),
    close: async () => {
      relayAlerts.close();
      await relay.close();
      rateLimit?.close();
    },
  };
}

const ENQUEUE_FAILED = 'the queue did not hear that a relay is back';

/** The rate holds for relays alone: the local inbox takes what comes. */
function openRelayRateLimit({
  config,
  database,
  log,
  queryTimeoutsMs,
}: MailDeps): SendRateLimiter | null {
  const { smtpUrls, smtpMessagesPerSecond: smtpRate, redisUrl } = config;
  if (smtpRate === null || smtpUrls.length === 0) return null;
  return openSendRateLimiter({
    perSecond: smtpRate,
    store:
      redisUrl === null
        ? { pool: database.withQueryTimeout(queryTimeoutsMs.rateLimit).pool }
        : { redisUrl: toRedisUrl(redisUrl) },
    onError: (err) => log('warn', 'the store of the rate did not answer', { err }),
  });
}

/** The sending engine of this process. `isAlive` tells whether a lease is ours still; `inHand` keeps the
 *  batches that are on their way. */
export function createSendingEngine(
  deps: MailDeps,
  mail: MailServices,
  {
    isAlive,
    inHand: activeBatches,
  }: { isAlive: (leaseId: number) => boolean; inHand: DeliverDeps['activeBatches'] },
): DeliverDeps & TransactionalDeps {
  const { config, metrics, database, keys, tokens, clock, random, log, stopping, forceStop } = deps;
  const { db, pool } = database.withQueryTimeout(deps.queryTimeoutsMs.engine);
  const { suppressionKey } = keys;
  const sleep = abortableSleep;
  const handleReplies = createReplyHandler({
    db,
    clock,
    suppressionKey,
    onAutoPause: async (sentence, facts) => {
      log('error', sentence, facts);
      await raiseRefusalsAlert({ db, alerts: deps.alerts }, sentence, facts.digestId);
    },
  });
  const window = createInFlightWindow({
    relay: mail.relay,
    record: (digestId, attempts) => {
      // Whatever the trouble is, what relays answered is known here alone: it is never let go.
      const isRetryable = (err: unknown) => {
        if (!isTransient(err)) log('error', 'results could not be recorded', { digestId, err });
        return true;
      };
      const recordOnce = () =>
        measureDuration(
          () => recordAttempts(pool, digestId, attempts),
          (seconds) => metrics.observeBatchStep('record', seconds),
        );
      return retryTransient(recordOnce, { signal: forceStop, pause: sleep, mayPass: isRetryable });
    },
    onRecorded: (digestId, attempts, leaseLost) => {
      for (const { result } of attempts) metrics.countMail('digest', result.state);
      if (leaseLost > 0)
        log('warn', 'the lease ended before results were recorded', {
          digestId,
          tooLate: leaseLost,
        });
      handleReplies(digestId, attempts).catch((err) =>
        log('error', 'replies were not followed up', { err }),
      );
    },
    isAlive,
    clock,
    random,
    maxInFlight: computeWindowLimit(config),
    stopping,
  });
  return {
    ...mail,
    mailer: countSingleMails(mail.mailer, metrics),
    onClaim: (seconds) => metrics.observeBatchStep('claim', seconds),
    onBatch: metrics.observeBatch,
    db,
    tokens,
    clock,
    random,
    suppressionKey,
    termStatistics: deps.termStatistics,
    window,
    isRelayOpen: () => mail.relay.isAvailable(),
    activeBatches,
    sleep,
    stopping,
    forceStop,
  };
}

/** Counts what comes of single mails. */
function countSingleMails(mailer: Mailer, metrics: Metrics): Mailer {
  return {
    sendMail: async (mail) => {
      const info = await mailer.sendMail(mail);
      metrics.countMail('transactional', concludeAttempt(info.outcome).status);
      return info;
    },
  };
}

/** Twice the connections, so that none waits for a commit; with a rate no more than a second of it, or
 *  a worker that dies leaves more unknown than need be. */
function computeWindowLimit({ smtpConnections, smtpMessagesPerSecond: smtpRate }: Config): number {
  const most = 2 * smtpConnections;
  return smtpRate === null ? most : Math.min(most, Math.max(2, smtpRate));
}

function createSender(config: Config, links: Links): Sender {
  return {
    siteName: config.siteName,
    from: config.mailFrom,
    replyTo: config.replyTo,
    listId: config.listId,
    postalAddress: config.postalAddress,
    links,
    messageIdDomain: extractDomain(config.mailFrom.address),
  };
}

/** Message-IDs must not change when the signing key does, so they hang on the key that never does. */
function deriveMessageIdKey({ suppressionKey }: Keys): Buffer {
  return createHmac('sha256', suppressionKey).update('paperboy message ids').digest();
}
