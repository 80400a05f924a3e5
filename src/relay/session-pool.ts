import type { RelayEndpoint } from '../domain/smtp/relay-url.ts';
import type { SmtpReply } from '../domain/smtp/smtp-reply.ts';
import { createFifo } from './fifo.ts';
import { createRelayHealth } from './relay-health.ts';
import { isPositiveCompletion } from './reply-parser.ts';
import { openSmtpSession } from './session.ts';
import type { SessionHost, SmtpSession } from './session-host.ts';
import type { SmtpTransaction } from './smtp-transaction.ts';

/** The connections to one relay, opened when needed. */
export interface SessionPool {
  name: string;
  /** Whether messages are accepted; while not, `describeProblem` says why. */
  isAvailable(): boolean;
  describeProblem(): string;
  push(transaction: SmtpTransaction): void;
  /** To be called once a second. */
  tick(): void;
  /** Closes idle connections at once, and the others when they become idle. */
  close(): Promise<void>;
  /** Closes everything at once: messages whose dot was sent are `unknown`, the others `unsent`. */
  abort(problem: string): void;
}

interface SessionPoolOptions {
  endpoint: RelayEndpoint;
  /** Maximum of simultaneous connections. */
  maxConnections: number;
  heloName: string;
  ca: string | undefined;
  /** 0 to 1; spreads probes. */
  random: () => number;
  onReply: (transaction: SmtpTransaction, reply: SmtpReply) => void;
  onUnknown: (transaction: SmtpTransaction, problem: string) => void;
  onUnsent: (transaction: SmtpTransaction, problem: string) => void;
  /** The relay went down, or is back. */
  onChange: (isAvailable: boolean, sentence: string) => void;
}

/** Seconds until another connection is tried after one failed while others work. That is no outage:
 *  the relay may allow fewer connections than we are configured for. */
const RECONNECT_DELAY_SECONDS = 10;

/** A pool that gives messages to free connections in the order of their arrival. */
export function createSessionPool({
  endpoint,
  maxConnections,
  heloName,
  ca,
  random,
  onReply,
  onUnknown,
  onUnsent,
  onChange,
}: SessionPoolOptions): SessionPool {
  const { name } = endpoint;
  const health = createRelayHealth({ name, random, onChange });
  const sendQueue = createFifo<SmtpTransaction>();
  /** Messages that met a dead connection. They go first, and only to a connection known to be
   *  alive. */
  const retryQueue = createFifo<SmtpTransaction>();
  const sessions = new Set<SmtpSession>();
  /** The sessions whose handshake has not finished. */
  const connecting = new Set<SmtpSession>();
  /** Sessions that have sent QUIT. */
  const closing = new Set<SmtpSession>();
  let idleSessions: SmtpSession[] = [];
  let seconds = 0;
  let reconnectAtSeconds = 0;
  let isAborted = false;
  /** Messages that the sessions have. */
  let active = 0;
  let onDrained: (() => void) | null = null;

  const host: SessionHost = {
    onOpen: (session) => {
      connecting.delete(session);
      health.onOpen();
    },
    takeNext: (isPipelined) => {
      if (!mayStart(isPipelined)) return null;
      const transaction = (isPipelined ? null : retryQueue.shift()) ?? sendQueue.shift();
      if (transaction) active += 1;
      return transaction;
    },
    onAvailable: (session) => {
      idleSessions.push(session);
      if (onDrained) closeSession(session);
    },
    onIdleTimeout: (session) => {
      health.onSuccess();
      closeSession(session);
    },
    onReply: (transaction, reply) => {
      active -= 1;
      const wasOnProbation = health.isOnProbation();
      if (isPositiveCompletion(reply)) health.onAccepted();
      onReply(transaction, reply);
      if (wasOnProbation) dispatch();
    },
    onUnknown: (transaction, why) => {
      active -= 1;
      if (!isAborted && health.onUnanswered(why)) goDown(why);
      onUnknown(transaction, why);
    },
    onUnsent: (transaction, why, isStale) => {
      active -= 1;
      const mayRetry = isStale && !transaction.isRetried && !isAborted && health.isAvailable();
      if (!mayRetry || !transaction.maySend()) return onUnsent(transaction, why);
      transaction.isRetried = true;
      retryQueue.push(transaction);
    },
    onEnd: (session, why, isRefused) => {
      closing.delete(session);
      sessions.delete(session);
      idleSessions = idleSessions.filter((each) => each !== session);
      if (connecting.delete(session) || isRefused) onConnectFailed(why);
      dispatch();
      if (sessions.size + closing.size === 0) onDrained?.();
    },
  };

  function onConnectFailed(why: string) {
    if (sessions.size > connecting.size) {
      reconnectAtSeconds = seconds + RECONNECT_DELAY_SECONDS;
      return;
    }
    if (health.onFailure(why)) goDown(why);
  }

  function goDown(why: string) {
    for (const transaction of drainQueues()) onUnsent(transaction, why);
    onChange(false, health.describeProblem());
  }

  function mayStart(isPipelined: boolean): boolean {
    return !health.isOnProbation() || (!isPipelined && active === 0);
  }

  function drainQueues(): SmtpTransaction[] {
    return [...retryQueue.drain(), ...sendQueue.drain()];
  }

  /** Gives queued messages to idle sessions, and connects when these are too few. */
  function dispatch() {
    while (sendQueue.length > 0 && mayStart(false)) {
      const session = idleSessions.pop();
      if (session === undefined) break;
      const transaction = sendQueue.shift();
      if (!transaction) break;
      active += 1;
      session.send(transaction);
    }
    while (retryQueue.length + sendQueue.length > connecting.size && canConnect()) connect();
  }

  function canConnect(): boolean {
    if (!health.isAvailable()) return false;
    if (health.isOnProbation() && (active > 0 || connecting.size > 0)) return false;
    if (seconds < reconnectAtSeconds && sessions.size > connecting.size) return false;
    if (sessions.size < maxConnections) return true;
    const idleSession = retryQueue.length > 0 ? idleSessions[0] : undefined;
    if (idleSession) closeSession(idleSession);
    return idleSession !== undefined;
  }

  function connect() {
    const session = openSmtpSession({ endpoint, heloName, ca, host });
    sessions.add(session);
    connecting.add(session);
  }

  function closeSession(session: SmtpSession) {
    idleSessions = idleSessions.filter((each) => each !== session);
    sessions.delete(session);
    closing.add(session);
    session.quit();
  }

  return {
    name,
    isAvailable: health.isAvailable,
    describeProblem: health.describeProblem,
    push: (transaction) => {
      sendQueue.push(transaction);
      dispatch();
    },
    tick: () => {
      seconds += 1;
      const isProbeDue = health.tick(onDrained === null);
      for (const session of [...sessions, ...closing]) session.tick();
      if (isProbeDue) connect();
      dispatch();
    },
    close: () =>
      new Promise((resolve) => {
        onDrained = resolve;
        for (const session of connecting) session.end('The relay is closed.');
        for (const session of idleSessions) closeSession(session);
        if (sessions.size + closing.size === 0) resolve();
      }),
    abort: (why) => {
      isAborted = true;
      for (const transaction of drainQueues()) onUnsent(transaction, why);
      for (const session of [...sessions, ...closing]) session.end(why);
    },
  };
}
