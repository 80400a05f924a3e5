import { createHmac } from 'node:crypto';
import { hostname } from 'node:os';
import type { Config } from '../config.ts';
import type { Database } from '../db/client.ts';
import { isTransient } from '../db/transient.ts';
import { recordTries } from '../db/tries.ts';
import { domainOf } from '../domain/address.ts';
import type { Clock } from '../domain/clock.ts';
import type { Links } from '../domain/links.ts';
import type { SendOutcome } from '../domain/outcome.ts';
import { judgeReply, type Verdict } from '../domain/smtp-reply.ts';
import type { Tokens } from '../domain/tokens.ts';
import type { Log } from '../jobs/job-log.ts';
import type { Keys } from '../keys.ts';
import type { Signer } from '../mail/dkim/signer.ts';
import { signRaw } from '../mail/dkim/signer.ts';
import { createMessageIds, type MessageIds } from '../mail/message-id.ts';
import type { Sender } from '../mail/sender.ts';
import { loadMailTemplates, type MailTemplates } from '../mail/templates.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { addressOf } from '../queue/redis-server.ts';
import { type Mailer, openMailer } from '../relay/nodemailer-transport.ts';
import { openRate, type Rate } from '../relay/rate.ts';
import { heloNameOf, openRelay, type Relay } from '../relay/relay.ts';
import type { DeliverDeps } from '../services/deliver-batch.ts';
import type { LetterDeps } from '../services/send-letter.ts';
import type { Alarms } from '../services/support/alarms.ts';
import { createEditions, type Editions } from '../services/support/editions.ts';
import { patiently, REAL_PAUSE } from '../services/support/patience.ts';
import { createSendingWindow } from '../services/support/sending-window.ts';
import type { TermStatistics } from '../services/support/term-statistics.ts';
import { timed } from '../services/support/timed.ts';
import { watchReplies } from '../services/support/watch-replies.ts';
import { raiseRefusals, watchRelays } from './alarms.ts';
import type { AnswerTimeouts } from './answer-timeouts.ts';

/** What is loaded when the first mail is composed. */
export interface MailParts {
  templates: MailTemplates;
  sender: Sender;
  /** Null when mail is not signed. */
  signer: Signer | null;
  relay: Relay;
  /** Sends single mails through the relay. */
  mailer: Mailer;
  editions: Editions;
  messageIds: MessageIds;
  close(): Promise<void>;
}

export interface MailDeps {
  config: Config;
  metrics: Metrics;
  database: Database;
  keys: Keys;
  tokens: Tokens;
  links: Links;
  termStatistics: TermStatistics;
  clock: Clock;
  random: () => number;
  log: Log;
  signer: Signer | null;
  alarms: Alarms;
  /** How many days after its list each source's papers may be used. */
  usableAfterDays: readonly (0 | 1)[];
  /** Called when a relay is in order again: what is due is to be rung for. */
  onRelayBack: () => Promise<unknown>;
  /** The relays to send through. */
  relayUrls: readonly string[];
  stopping: AbortSignal;
  halting: AbortSignal;
  answerTimeoutsMs: AnswerTimeouts;
}

/** Opens what mail needs; nothing is said to a relay before the first one. */
export async function openMail(deps: MailDeps): Promise<MailParts> {
  const { config, database, keys, links, signer } = deps;
  const templates = await loadMailTemplates();
  const sender = senderOf(config, links);
  const rate = openRelayRate(deps);
  const relays = watchRelays(deps);
  const relay = openRelay({
    urls: deps.relayUrls,
    connections: config.smtpConnections,
    heloName: heloNameOf(hostname()),
    takeTurn: rate?.takeTurn ?? null,
    random: deps.random,
    onChange: (change) => {
      const { relay: name, isInOrder, sentence } = change;
      deps.log(isInOrder ? 'info' : 'error', sentence, { relay: name });
      relays.note(change);
      if (isInOrder) deps.onRelayBack().catch((err) => deps.log('warn', NOT_RUNG, { err }));
    },
  });
  deps.halting.addEventListener('abort', () => void relay.close({ graceMs: 0 }));
  return {
    templates,
    sender,
    signer,
    relay,
    mailer: openMailer(relay, signer && ((raw) => signRaw(signer, raw))),
    editions: createEditions({
      db: database.promptly(deps.answerTimeoutsMs.engine).db,
      templates,
      sender,
      termStatistics: deps.termStatistics,
      usableAfterDays: deps.usableAfterDays,
    }),
    messageIds: createMessageIds(messageIdKeyOf(keys), sender.messageIdDomain),
    close: async () => {
      relays.close();
      await relay.close();
      rate?.close();
    },
  };
}

const NOT_RUNG = 'the queue did not hear that a relay is back';

/** The rate holds for relays alone: the local inbox takes what comes. */
function openRelayRate({ config, database, log, answerTimeoutsMs }: MailDeps): Rate | null {
  const { smtpUrls, smtpRate, redisUrl } = config;
  if (smtpRate === null || smtpUrls.length === 0) return null;
  return openRate({
    perSecond: smtpRate,
    store:
      redisUrl === null
        ? { pool: database.promptly(answerTimeoutsMs.rate).pool }
        : { redisUrl: addressOf(redisUrl) },
    onError: (err) => log('warn', 'the store of the rate did not answer', { err }),
  });
}

/** The sending engine of this process. `isAlive` tells whether a lease is ours still; `inHand` keeps the
 *  batches that are on their way. */
export function createEngine(
  deps: MailDeps,
  mail: MailParts,
  { isAlive, inHand }: { isAlive: (leaseId: number) => boolean; inHand: DeliverDeps['inHand'] },
): DeliverDeps & LetterDeps {
  const { config, metrics, database, keys, tokens, clock, random, log, stopping, halting } = deps;
  const { db, pool } = database.promptly(deps.answerTimeoutsMs.engine);
  const { suppressionKey } = keys;
  const pause = REAL_PAUSE;
  const watch = watchReplies({
    db,
    clock,
    suppressionKey,
    onAlarm: async (sentence, facts) => {
      log('error', sentence, facts);
      await raiseRefusals({ db, alarms: deps.alarms }, sentence, facts.digestId);
    },
  });
  const window = createSendingWindow({
    relay: mail.relay,
    record: (digestId, tries) => {
      // Whatever the trouble is, what relays answered is known here alone: it is never let go.
      const mayPass = (err: unknown) => {
        if (!isTransient(err)) log('error', 'results could not be recorded', { digestId, err });
        return true;
      };
      const ask = () =>
        timed(
          () => recordTries(pool, digestId, tries),
          (seconds) => metrics.step('record', seconds),
        );
      return patiently(ask, { signal: halting, pause, mayPass });
    },
    onRecorded: (digestId, tried, tooLate) => {
      for (const { result } of tried) metrics.mails('digest', result.state);
      if (tooLate > 0)
        log('warn', 'the lease ended before results were recorded', { digestId, tooLate });
      watch(digestId, tried).catch((err) => log('error', 'replies were not followed up', { err }));
    },
    isAlive,
    clock,
    random,
    size: windowSize(config),
    stopping,
  });
  return {
    ...mail,
    mailer: counted(mail.mailer, metrics),
    onClaim: (seconds) => metrics.step('claim', seconds),
    onBatch: metrics.batch,
    db,
    tokens,
    clock,
    random,
    suppressionKey,
    termStatistics: deps.termStatistics,
    window,
    isRelayOpen: () => mail.relay.isOpen(),
    inHand,
    pause,
    stopping,
    halting,
  };
}

/** Counts what comes of single mails. */
function counted(mailer: Mailer, metrics: Metrics): Mailer {
  return {
    sendMail: async (mail) => {
      const info = await mailer.sendMail(mail);
      metrics.mails('letter', wordOf(info.outcome));
      return info;
    },
  };
}

const WORDS = { accepted: 'sent', retry: 'deferred', refused: 'failed' } satisfies Record<
  Verdict,
  string
>;

/** Letters have no states of deliveries, but the same may come of them. */
function wordOf(outcome: SendOutcome): string {
  if (outcome.kind === 'answered') return WORDS[judgeReply(outcome.reply).verdict];
  if (outcome.kind === 'unfit') return 'failed';
  return outcome.kind === 'unsent' ? 'deferred' : 'unknown';
}

/** Twice the connections, so that none waits for a commit; with a rate no more than a second of it, or
 *  a worker that dies leaves more unknown than need be. */
function windowSize({ smtpConnections, smtpRate }: Config): number {
  const most = 2 * smtpConnections;
  return smtpRate === null ? most : Math.min(most, Math.max(2, smtpRate));
}

function senderOf(config: Config, links: Links): Sender {
  return {
    siteName: config.siteName,
    from: config.mailFrom,
    replyTo: config.replyTo,
    listId: config.listId,
    postalAddress: config.postalAddress,
    links,
    messageIdDomain: domainOf(config.mailFrom.address),
  };
}

/** Message-IDs must not change when the signing key does, so they hang on the key that never does. */
function messageIdKeyOf({ suppressionKey }: Keys): Buffer {
  return createHmac('sha256', suppressionKey).update('paperboy message ids').digest();
}
