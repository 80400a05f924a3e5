import { createHmac } from 'node:crypto';
import { hostname } from 'node:os';
import { isRelayInUse } from '../db/deliveries/relay-use.ts';
import { reserveSendPermits } from '../db/deliveries/send-rate.ts';
import type { Links } from '../domain/links/links.ts';
import { extractDomain } from '../domain/subscribers/email-address.ts';
import { type DkimSigner, signRawMessage } from '../mail/dkim/signer.ts';
import { createMessageIds, type MessageIds } from '../mail/encoding/message-id.ts';
import { loadMailTemplates, type MailTemplates } from '../mail/templates/mail-templates.ts';
import type { Sender } from '../mail/templates/sender.ts';
import { toRedisUrl } from '../queue/redis-server.ts';
import { createMailer, type Mailer } from '../relay/nodemailer-transport.ts';
import { openRedisPermitStore } from '../relay/redis-permit-store.ts';
import { chooseHeloName, openRelay, type Relay } from '../relay/relay.ts';
import { openSendRateLimiter, type SendRateLimiter } from '../relay/send-rate-limiter.ts';
import { enqueueDueBatches } from '../services/deliveries/enqueue-batches.ts';
import { createRelayChangeHandler } from '../services/deliveries/relay-changes.ts';
import { createDigestContexts, type DigestContexts } from '../services/digests/digest-context.ts';
import type { Config } from '../settings/config.ts';
import type { Keys } from '../settings/keys.ts';
import type { Core } from './core.ts';

/** What any kind of mail needs. */
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

export interface MailDeps extends Omit<Core, 'metrics' | 'tokens' | 'instanceId'> {
  signer: DkimSigner | null;
  /** The relays to send through. */
  relayUrls: readonly string[];
  forceStop: AbortSignal;
}

/** Opens what mail needs. The relay is connected to when the first mail is sent. */
export async function openMailServices(deps: MailDeps): Promise<MailServices> {
  const { config, database, queue, clock, keys, links, signer } = deps;
  const templates = await loadMailTemplates();
  const sender = describeSender(config, links);
  const rateLimit = openRelayRateLimit(deps);
  const sweepDb = database.withQueryTimeout(deps.queryTimeoutsMs.sweep).db;
  const relayChanges = createRelayChangeHandler({
    ...deps,
    enqueueDue: () => enqueueDueBatches({ db: sweepDb, queue }, clock()),
    isInUse: (name, since) => isRelayInUse(sweepDb, name, since),
  });
  const relay = openRelay({
    urls: deps.relayUrls,
    maxConnections: config.smtpConnections,
    heloName: chooseHeloName(hostname()),
    acquirePermit: rateLimit?.acquire ?? null,
    random: deps.random,
    onChange: relayChanges.handle,
  });
  deps.forceStop.addEventListener('abort', () => void relay.close({ graceMs: 0 }));
  return {
    templates,
    sender,
    signer,
    relay,
    mailer: createMailer(relay, signer && ((raw) => signRawMessage(signer, raw))),
    digestContexts: createDigestContexts({
      db: database.withQueryTimeout(deps.queryTimeoutsMs.sending).db,
      templates,
      sender,
      termStatistics: deps.termStatistics,
      classifyNonWorkingDay: deps.classifyNonWorkingDay,
    }),
    messageIds: createMessageIds(deriveMessageIdKey(keys), sender.messageIdDomain),
    close: async () => {
      relayChanges.close();
      await relay.close();
      rateLimit?.close();
    },
  };
}

/** Returns null without a limit. The local inbox needs none. */
function openRelayRateLimit(deps: MailDeps): SendRateLimiter | null {
  const { config, database, log, queryTimeoutsMs } = deps;
  const { smtpUrls, smtpMessagesPerSecond: perSecond, redisUrl } = config;
  if (perSecond === null || smtpUrls.length === 0) return null;
  const { db } = database.withQueryTimeout(queryTimeoutsMs.rateLimit);
  const onError = (err: Error) => log('warn', 'store of the send rate did not respond', { err });
  const store =
    redisUrl === null
      ? {
          reserve: (relay: string, durationMs: number) => reserveSendPermits(db, relay, durationMs),
          close: () => undefined,
        }
      : openRedisPermitStore(toRedisUrl(redisUrl), onError);
  return openSendRateLimiter({ perSecond, store, onError });
}

function describeSender(config: Config, links: Links): Sender {
  return {
    siteName: config.siteName,
    from: config.mailFrom,
    replyTo: config.replyTo,
    listId: config.listId,
    postalAddress: config.postalAddress,
    links: config.hasSite ? links : null,
    messageIdDomain: extractDomain(config.mailFrom.address),
  };
}

/** Derived from the suppression key, which never changes: a retried mail keeps its Message-ID when
 *  the signing key is rotated. */
function deriveMessageIdKey({ suppressionKey }: Keys): Buffer {
  return createHmac('sha256', suppressionKey).update('paperboy message ids').digest();
}
