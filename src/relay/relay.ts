import type { SendOutcome } from '../domain/deliveries/outcome.ts';
import type { Message } from '../domain/smtp/message.ts';
import { parseRelayUrl } from '../domain/smtp/relay-url.ts';
import { createSessionPool, type SessionPool } from './pool/session-pool.ts';
import { createSendSlots, type SendSlot, type SlotListener } from './send-slots.ts';
import { connectBySocket, type OpenConnection } from './session/connection.ts';
import { SEND_CANCELLED, type SmtpTransaction } from './session/smtp-transaction.ts';
import { TICK_MS } from './session/stages.ts';
import { realTimers, type Timers } from './timers.ts';

/** Sends mail through the configured relays. */
export interface Relay {
  /** Never rejects: a failure is part of the outcome. Once `maySend` returns false, a message whose
   *  final dot has not been sent is `cancelled`. @defaultValue always true. With a `slot` the
   *  message begins at once; without one it waits for a connection and a permit of the rate
   *  limit. */
  send(message: Message, maySend?: () => boolean, slot?: SendSlot): Promise<SendOutcome>;
  /** Asks for room for `count` messages: connections that are open, and permits. Each slot is used
   *  for one message, or released. */
  requestSlots(count: number, listener: SlotListener): void;
  releaseSlot(slot: SendSlot): void;
  /** Whether sending makes sense: false while every relay is down, and once the relay is
   *  closing. */
  isAvailable(): boolean;
  /** Accepts no further message, waits for those in flight, then quits. After `graceMs` it closes
   *  the connections: messages whose dot was sent are `unknown`, the others
   *  `cancelled`. Called again, it may only shorten that time. @defaultValue 30 s */
  close(options?: { graceMs?: number }): Promise<void>;
}

/** A relay went down or is back. The sentence contains no address of a subscriber. */
export interface RelayChange {
  relay: string;
  isAvailable: boolean;
  sentence: string;
}

export interface RelayOptions {
  /** Used in this order (see `parseRelayUrl`). */
  urls: readonly string[];
  /** Maximum of simultaneous connections to one relay. */
  maxConnections: number;
  /** Our name in EHLO (RFC 5321 §4.1.1.1). @defaultValue `[127.0.0.1]` */
  heloName?: string;
  /** Resolves when a message may go to this relay. @defaultValue null: no rate limit */
  acquirePermit?: ((relay: string) => Promise<void>) | null;
  onChange?: (change: RelayChange) => void;
  /** 0 to 1; spreads the probes of many workers. */
  random?: () => number;
  /** Certificates to trust instead of those of the system, PEM. */
  ca?: string;
  /** Opens a connection. @defaultValue a socket */
  connect?: OpenConnection;
  timers?: Timers;
}

const GRACE_MS = 30_000;

/** The name for EHLO of a machine called `hostname`: the name when it is fully qualified, else an
 *  address literal, since nobody could look it up (RFC 5321 §4.1.4). */
export function chooseHeloName(hostname: string): string {
  return /^(?=.{1,253}$)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/.test(hostname)
    ? hostname
    : LOOPBACK_LITERAL;
}

const LOOPBACK_LITERAL = '[127.0.0.1]';

/**
 * Sends through the first relay that is available. The next one is used only when the final dot was
 * certainly not sent, so that no message is sent twice. Certificates are verified.
 * @throws RangeError for an invalid URL.
 */
export function openRelay({
  urls,
  maxConnections,
  heloName = LOOPBACK_LITERAL,
  acquirePermit = null,
  onChange = () => undefined,
  random = Math.random,
  ca,
  connect = connectBySocket(ca),
  timers = realTimers,
}: RelayOptions): Relay {
  const pools = urls.map((url, relayIndex): SessionPool => {
    const endpoint = parseRelayUrl(url);
    const relay = endpoint.name;
    const hasSuccessor = relayIndex < urls.length - 1;
    return createSessionPool({
      endpoint,
      maxConnections,
      heloName,
      ...(hasSuccessor && { greetingTimeoutSeconds: GREETING_TIMEOUT_SECONDS }),
      connect,
      random,
      onReply: (transaction, reply) =>
        resolveTransaction(transaction, { kind: 'answered', reply, relay }),
      onUnknown: (transaction, problem) =>
        resolveTransaction(transaction, { kind: 'unknown', problem, relay }),
      onUnsent: (transaction, problem) => {
        transaction.relayIndex += 1;
        transaction.isRetried = false;
        transaction.hasSlot = false;
        dispatch(transaction, problem, relay);
      },
      onNotBegun: (transaction, problem) =>
        resolveTransaction(transaction, { kind: 'cancelled', problem, relay }),
      onGrant: (count) => slots.onGrant(relayIndex, count),
      onChange: (isAvailable, sentence) => {
        if (!isAvailable) slots.onDown(relayIndex);
        onChange({ relay, isAvailable, sentence });
      },
    });
  });
  const slots = createSendSlots({ pools, acquirePermit });
  /** Seconds that each message has waited for its permit. */
  const awaitingPermit = new Map<SmtpTransaction, number>();
  let inFlight = 0;
  let isClosing = false;
  let isAborted = false;
  let graceSecondsLeft = Number.POSITIVE_INFINITY;
  let onDrained: (() => void) | null = null;
  let closing: Promise<void> | null = null;
  const stopTicking = timers.every(TICK_MS, () => {
    for (const pool of pools) pool.tick();
    giveUpLatePermits();
    graceSecondsLeft -= 1;
    if (graceSecondsLeft < 0) abortAll();
  });

  function resolveTransaction(transaction: SmtpTransaction, outcome: SendOutcome) {
    inFlight -= 1;
    transaction.resolve(outcome);
    if (inFlight === 0) onDrained?.();
  }

  /** Gives a message to the next available relay, or resolves it as unsent. A relay that asked it
   *  to wait counts, also when the message may not be sent any more. */
  function dispatch(transaction: SmtpTransaction, lastProblem: string, lastRelay: string) {
    const cancellation = describeCancellation(transaction);
    const isCancelled = cancellation !== null && !transaction.isBackoffRequested;
    let [problem, relay] = [isCancelled ? cancellation : lastProblem, lastRelay];
    for (; cancellation === null; transaction.relayIndex += 1) {
      const pool = pools[transaction.relayIndex];
      if (pool === undefined) break;
      if (pool.isAvailable())
        return acquirePermit === null || transaction.hasSlot
          ? pool.push(transaction)
          : pushWhenPermitted(transaction, pool);
      releaseSlotOf(transaction, pool);
      [problem, relay] = [pool.describeProblem(), pool.name];
    }
    const pool = pools[transaction.relayIndex];
    if (pool) releaseSlotOf(transaction, pool);
    const { isBackoffRequested } = transaction;
    resolveTransaction(transaction, {
      kind: isCancelled ? 'cancelled' : 'unsent',
      problem,
      relay,
      ...(isBackoffRequested && { requestsBackoff: isBackoffRequested }),
    });
  }

  /** Why we do not send a message any more; null while we do. */
  function describeCancellation({ maySend }: SmtpTransaction): string | null {
    if (isAborted) return RELAY_CLOSED;
    return maySend() ? null : SEND_CANCELLED;
  }

  function releaseSlotOf(transaction: SmtpTransaction, pool: SessionPool) {
    if (transaction.hasSlot) pool.releaseSlot();
    transaction.hasSlot = false;
  }

  function pushWhenPermitted(transaction: SmtpTransaction, pool: SessionPool) {
    awaitingPermit.set(transaction, 0);
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

  /** A message that had a slot of another relay is `sending` already, and must not be for long
   *  before it leaves. */
  function giveUpLatePermits() {
    for (const [transaction, seconds] of awaitingPermit) {
      awaitingPermit.set(transaction, seconds + 1);
      if (!transaction.mustBeginSoon || seconds < MAX_PERMIT_WAIT_SECONDS) continue;
      awaitingPermit.delete(transaction);
      const relay = pools[transaction.relayIndex]?.name ?? '';
      resolveTransaction(transaction, { kind: 'cancelled', problem: NO_PERMIT, relay });
    }
  }

  async function drainAndClose() {
    if (inFlight > 0) {
      await new Promise<void>((resolve) => {
        onDrained = resolve;
      });
    }
    await Promise.all(pools.map((pool) => pool.close()));
    stopTicking();
  }

  function abortAll() {
    graceSecondsLeft = Number.POSITIVE_INFINITY;
    isAborted = true;
    slots.close();
    for (const transaction of awaitingPermit.keys())
      dispatch(transaction, RELAY_CLOSED, pools[transaction.relayIndex]?.name ?? '');
    awaitingPermit.clear();
    for (const pool of pools) pool.abort(RELAY_CLOSED);
  }

  return {
    send: (message, maySend = ALWAYS, slot = undefined) => {
      if (isClosing) {
        if (slot) slots.release(slot);
        return Promise.resolve({ kind: 'cancelled', problem: RELAY_CLOSED, relay: '' });
      }
      inFlight += 1;
      return new Promise((resolve) => {
        const transaction: SmtpTransaction = {
          message,
          maySend,
          resolve,
          relayIndex: slot?.relayIndex ?? 0,
          isRetried: false,
          isBackoffRequested: false,
          hasSlot: slot !== undefined,
          mustBeginSoon: slot !== undefined,
          queuedAtSeconds: 0,
          commands: NO_COMMANDS,
        };
        dispatch(transaction, 'No relay is configured.', '');
      });
    },
    requestSlots: slots.request,
    releaseSlot: slots.release,
    isAvailable: () => !isClosing && pools.some((pool) => pool.isAvailable()),
    close: ({ graceMs = GRACE_MS } = {}) => {
      isClosing = true;
      slots.close();
      graceSecondsLeft = Math.min(graceSecondsLeft, Math.ceil(graceMs / TICK_MS));
      closing ??= drainAndClose();
      return closing;
    },
  };
}

/** How long a connection waits for the greeting of a relay that another one can replace: a tenth of
 *  what RFC 5321 §4.5.3.2.1 demands of one that cannot be replaced. */
const GREETING_TIMEOUT_SECONDS = 30;

/** How long a message that is to begin soon waits for the permit of another relay. */
const MAX_PERMIT_WAIT_SECONDS = 10;

const NO_PERMIT = `The rate limit had no permit within ${MAX_PERMIT_WAIT_SECONDS} s.`;

const RELAY_CLOSED = 'The SMTP client is shutting down.';

const ALWAYS = () => true;

/** Until a session takes the message, which fills in its commands. */
const NO_COMMANDS: SmtpTransaction['commands'] = { mail: '', rcpt: '' };
