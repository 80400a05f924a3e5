import type { SendOutcome } from '../domain/deliveries/outcome.ts';
import type { Message } from '../domain/smtp/message.ts';
import { parseRelayUrl } from '../domain/smtp/relay-url.ts';
import { createSessionPool, type SessionPool } from './session-pool.ts';
import { SEND_CANCELLED, type SmtpTransaction } from './smtp-transaction.ts';
import { TICK_MS } from './stages.ts';
import { realTimers, type Timers } from './timers.ts';

/** The way out for every mail. */
export interface Relay {
  /** Never rejects: what went wrong is part of the outcome. Once `mayGo` says no, a message whose dot
   *  is not out is unsent. @defaultValue always */
  send(message: Message, maySend?: () => boolean): Promise<SendOutcome>;
  /** Whether it makes sense to send: false while every relay is out of order. */
  isAvailable(): boolean;
  /** Takes nothing new, waits for what is in flight, then says goodbye. After `graceMs` it breaks
   *  the connections: what is behind its dot is unknown, the rest unsent. @defaultValue 30 s */
  close(options?: { graceMs?: number }): Promise<void>;
}

/** A relay went out of order or came back. The sentence holds no address of a reader. */
export interface RelayChange {
  relay: string;
  isAvailable: boolean;
  sentence: string;
}

export interface RelayOptions {
  /** Tried in this order (see `readRelayUrl`). */
  urls: readonly string[];
  /** Most connections to one relay at the same time. */
  maxConnections: number;
  /** What we call ourselves in EHLO (RFC 5321 §4.1.1.1). @defaultValue `[127.0.0.1]` */
  heloName?: string;
  /** Waits until a message may go to this relay. @defaultValue none: without limit */
  acquirePermit?: ((relay: string) => Promise<void>) | null;
  onChange?: (change: RelayChange) => void;
  /** 0 to 1; spreads what many workers would do at once. */
  random?: () => number;
  /** Certificates to trust instead of those that the system knows, PEM. */
  ca?: string;
  timers?: Timers;
}

const GRACE_MS = 30_000;

/** What a machine of this name calls itself: a name that nobody could look up is no good, then its
 *  address as a literal is better (RFC 5321 §4.1.4). */
export function chooseHeloName(hostname: string): string {
  return /^(?=.{1,253}$)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/.test(hostname)
    ? hostname
    : LOOPBACK_LITERAL;
}

const LOOPBACK_LITERAL = '[127.0.0.1]';

/**
 * Sends through the first relay that is in order; the next one is tried only when the final dot was
 * certainly not sent. Certificates are verified.
 * @throws RangeError for a URL that is none.
 */
export function openRelay({
  urls,
  maxConnections,
  heloName = LOOPBACK_LITERAL,
  acquirePermit = null,
  onChange = () => undefined,
  random = Math.random,
  ca,
  timers = realTimers,
}: RelayOptions): Relay {
  const pools = urls.map((url): SessionPool => {
    const endpoint = parseRelayUrl(url);
    const relay = endpoint.name;
    return createSessionPool({
      endpoint,
      maxConnections,
      heloName,
      ca,
      random,
      onReply: (transaction, reply) =>
        resolveTransaction(transaction, { kind: 'answered', reply, relay }),
      onUnknown: (transaction, problem) =>
        resolveTransaction(transaction, { kind: 'unknown', problem, relay }),
      onUnsent: (transaction, problem) => {
        transaction.relayIndex += 1;
        transaction.isRetried = false;
        dispatch(transaction, problem, relay);
      },
      onChange: (isAvailable, sentence) => onChange({ relay, isAvailable, sentence }),
    });
  });
  const awaitingPermit = new Set<SmtpTransaction>();
  let inFlight = 0;
  let isClosing = false;
  let isAborted = false;
  let graceSecondsLeft = Number.POSITIVE_INFINITY;
  let onDrained: (() => void) | null = null;
  const stopTicking = timers.every(TICK_MS, () => {
    for (const pool of pools) pool.tick();
    graceSecondsLeft -= 1;
    if (graceSecondsLeft < 0) abortAll();
  });

  function resolveTransaction(transaction: SmtpTransaction, outcome: SendOutcome) {
    inFlight -= 1;
    transaction.resolve(outcome);
    if (inFlight === 0) onDrained?.();
  }

  /** Hands a message to the next relay that is in order, or gives it back as unsent. */
  function dispatch(transaction: SmtpTransaction, lastProblem: string, lastRelay: string) {
    const maySend = transaction.maySend();
    let [problem, relay] = [maySend ? lastProblem : SEND_CANCELLED, lastRelay];
    for (; maySend && !isAborted; transaction.relayIndex += 1) {
      const pool = pools[transaction.relayIndex];
      if (pool === undefined) break;
      if (pool.isAvailable())
        return acquirePermit === null
          ? pool.push(transaction)
          : pushWhenPermitted(transaction, pool);
      [problem, relay] = [pool.describeProblem(), pool.name];
    }
    const { isBackoffRequested } = transaction;
    resolveTransaction(transaction, {
      kind: 'unsent',
      problem,
      relay,
      ...(isBackoffRequested && { requestsBackoff: isBackoffRequested }),
    });
  }

  function pushWhenPermitted(transaction: SmtpTransaction, pool: SessionPool) {
    awaitingPermit.add(transaction);
    acquirePermit?.(pool.name).then(
      () => {
        if (!awaitingPermit.delete(transaction)) return;
        if (pool.isAvailable()) pool.push(transaction);
        else dispatch(transaction, '', '');
      },
      (error: Error) => {
        if (!awaitingPermit.delete(transaction)) return;
        transaction.relayIndex += 1;
        dispatch(transaction, error.message, pool.name);
      },
    );
  }

  function abortAll() {
    graceSecondsLeft = Number.POSITIVE_INFINITY;
    isAborted = true;
    for (const transaction of awaitingPermit)
      dispatch(transaction, RELAY_CLOSED, pools[transaction.relayIndex]?.name ?? '');
    awaitingPermit.clear();
    for (const pool of pools) pool.abort(RELAY_CLOSED);
  }

  return {
    send: (message, maySend = ALWAYS) => {
      if (isClosing) return Promise.resolve({ kind: 'unsent', problem: RELAY_CLOSED, relay: '' });
      inFlight += 1;
      return new Promise((resolve) => {
        const transaction = { message, maySend, resolve, relayIndex: 0, ...NEW_TRANSACTION };
        dispatch(transaction, 'No relay is set.', '');
      });
    },
    isAvailable: () => !isClosing && pools.some((pool) => pool.isAvailable()),
    close: async ({ graceMs = GRACE_MS } = {}) => {
      isClosing = true;
      graceSecondsLeft = Math.ceil(graceMs / TICK_MS);
      if (inFlight > 0) {
        await new Promise<void>((resolve) => {
          onDrained = resolve;
        });
      }
      await Promise.all(pools.map((pool) => pool.close()));
      stopTicking();
    },
  };
}

const RELAY_CLOSED = 'The way out is closed: the process is about to end.';

const ALWAYS = () => true;

/** A job before its first session, which writes its own commands. */
const NEW_TRANSACTION = {
  isRetried: false,
  isBackoffRequested: false,
  commands: { mail: '', rcpt: '' },
} as const;
