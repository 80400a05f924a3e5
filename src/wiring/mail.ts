import { createHmac } from 'node:crypto';
import type { Config } from '../config.ts';
import type { Database } from '../db/client.ts';
import { recordTries } from '../db/tries.ts';
import type { Clock } from '../domain/clock.ts';
import type { Links } from '../domain/links.ts';
import type { Tokens } from '../domain/tokens.ts';
import type { Log } from '../jobs/handlers.ts';
import type { Keys } from '../keys.ts';
import { openRelay, type Relay } from '../mail/relay.ts';
import type { Sender } from '../mail/sender.ts';
import { loadMailTemplates, type MailTemplates } from '../mail/templates.ts';
import type { DeliverDeps } from '../services/deliver-batch.ts';
import type { LetterDeps } from '../services/send-letter.ts';
import { createEditions, type Editions } from '../services/support/editions.ts';
import { patiently, REAL_PAUSE } from '../services/support/patience.ts';
import { createSendingWindow } from '../services/support/sending-window.ts';
import { watchReplies } from '../services/support/watch-replies.ts';

/** What is loaded when the first mail is composed. */
export interface MailParts {
  templates: MailTemplates;
  sender: Sender;
  relay: Relay;
  editions: Editions;
  messageIdKey: Buffer;
}

export interface MailDeps {
  config: Config;
  database: Database;
  keys: Keys;
  tokens: Tokens;
  links: Links;
  clock: Clock;
  random: () => number;
  log: Log;
  /** The relays to send through. */
  relayUrls: readonly string[];
  stopping: AbortSignal;
  halting: AbortSignal;
}

/** Opens what mail needs; nothing is said to a relay before the first one. */
export async function openMail(deps: MailDeps): Promise<MailParts> {
  const { config, database, keys, links, relayUrls } = deps;
  const templates = await loadMailTemplates();
  const sender = senderOf(config, links);
  return {
    templates,
    sender,
    relay: openRelay({ urls: relayUrls, connections: config.smtpConnections }),
    editions: createEditions({ db: database.db, templates, sender }),
    messageIdKey: messageIdKeyOf(keys),
  };
}

/** The sending engine of this process. `isAlive` tells whether a lease is ours still. */
export function createEngine(
  deps: MailDeps,
  mail: MailParts,
  isAlive: (leaseId: number) => boolean,
): DeliverDeps & LetterDeps {
  const { config, database, keys, tokens, clock, random, log, stopping, halting } = deps;
  const { db, pool } = database;
  const { suppressionKey } = keys;
  const pause = REAL_PAUSE;
  const watch = watchReplies({
    db,
    clock,
    suppressionKey,
    onAlarm: (alarm, facts) => log('error', alarm, facts),
  });
  const window = createSendingWindow({
    relay: mail.relay,
    record: (digestId, tries) =>
      patiently(() => recordTries(pool, digestId, tries), { signal: halting, pause }),
    onRecorded: (digestId, tried, tooLate) => {
      if (tooLate > 0)
        log('warn', 'the lease ended before results were recorded', { digestId, tooLate });
      watch(digestId, tried).catch((err) => log('error', 'replies were not followed up', { err }));
    },
    isAlive,
    clock,
    random,
    size: 2 * config.smtpConnections,
    stopping,
  });
  return {
    ...mail,
    db,
    tokens,
    clock,
    random,
    suppressionKey,
    window,
    isRelayOpen: () => mail.relay.isOpen(),
    inHand: new Set(),
    pause,
    stopping,
    halting,
  };
}

function senderOf(config: Config, links: Links): Sender {
  return {
    siteName: config.siteName,
    from: config.mailFrom,
    replyTo: config.replyTo,
    listId: config.listId,
    postalAddress: config.postalAddress,
    links,
    messageIdDomain: config.mailFrom.address.split('@')[1] ?? 'localhost',
  };
}

/** Message-IDs must not change when the signing key does, so they hang on the key that never does. */
function messageIdKeyOf({ suppressionKey }: Keys): Buffer {
  return createHmac('sha256', suppressionKey).update('paperboy message ids').digest();
}
