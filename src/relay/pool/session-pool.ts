import type { RelayEndpoint } from '../../domain/smtp/relay-url.ts';
import type { SmtpReply } from '../../domain/smtp/smtp-reply.ts';
import type { OpenConnection } from '../session/connection.ts';
import { openSmtpSession, type SmtpSession } from '../session/session.ts';
import type { SessionHost } from '../session/session-host.ts';
import type { SmtpTransaction } from '../session/smtp-transaction.ts';
import { advancePool, takeQueued } from './advance-pool.ts';
import { createPoolState, type PoolCommand, type PoolEvent, type SessionId } from './pool-state.ts';
import { describeHealth, isHealthy } from './relay-health.ts';

/** The connections to one relay, opened when needed. */
export interface SessionPool {
  name: string;
  /** Whether messages are accepted; while not, `describeProblem` says why. */
  isAvailable(): boolean;
  describeProblem(): string;
  /** Asks for `count` slots, of which `onGrant` gets one or several at a time. None is granted once
   *  the relay is down. */
  wantSlots(count: number): void;
  /** Gives a granted slot back. */
  releaseSlot(): void;
  /** Sends a message as soon as a connection is free. It uses its slot, when it has one. */
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
  /** How long a new connection waits for the relay's first words. @defaultValue 300 s */
  greetingTimeoutSeconds?: number;
  connect: OpenConnection;
  /** 0 to 1; spreads probes. */
  random: () => number;
  onReply: (transaction: SmtpTransaction, reply: SmtpReply) => void;
  onUnknown: (transaction: SmtpTransaction, problem: string) => void;
  onUnsent: (transaction: SmtpTransaction, problem: string) => void;
  /** A message with a slot could not begin in time. */
  onNotBegun: (transaction: SmtpTransaction, problem: string) => void;
  onGrant: (count: number) => void;
  /** The relay went down, or is back. */
  onChange: (isAvailable: boolean, sentence: string) => void;
}

/** A pool that gives messages to free connections in the order of their arrival. Does what
 *  `advancePool` decides. */
export function createSessionPool(options: SessionPoolOptions): SessionPool {
  const { endpoint, maxConnections, random } = options;
  const { name } = endpoint;
  const state = createPoolState(name, maxConnections);
  const sessions = new Map<SessionId, SmtpSession>();
  /** Events that came while the commands of another one were carried out. */
  const laterEvents: PoolEvent[] = [];
  let isBusy = false;
  let onDrained = () => {};

  function handle(event: PoolEvent): void {
    if (isBusy) return void laterEvents.push(event);
    isBusy = true;
    try {
      for (let next: PoolEvent | undefined = event; next; next = laterEvents.shift())
        for (const command of advancePool(state, next)) carryOut(command);
    } finally {
      isBusy = false;
    }
  }

  function carryOut(command: PoolCommand): void {
    switch (command.kind) {
      case 'connect':
        sessions.set(command.id, openSession(command.id));
        break;
      case 'send':
        sessions.get(command.id)?.send(command.transaction);
        break;
      case 'quit':
        sessions.get(command.id)?.quit();
        break;
      case 'end':
        sessions.get(command.id)?.end(command.problem);
        break;
      case 'answered':
        options.onReply(command.transaction, command.reply);
        break;
      case 'unknown':
        options.onUnknown(command.transaction, command.problem);
        break;
      case 'unsent':
        options.onUnsent(command.transaction, command.problem);
        break;
      case 'notBegun':
        options.onNotBegun(command.transaction, command.problem);
        break;
      case 'grant':
        options.onGrant(command.count);
        break;
      case 'report':
        options.onChange(command.isAvailable, describeChange(command.isAvailable));
        break;
      case 'drained':
        onDrained();
        break;
    }
  }

  function describeChange(isAvailable: boolean): string {
    return isAvailable ? `The relay ${name} is up again.` : describeHealth(state.health);
  }

  function openSession(id: SessionId): SmtpSession {
    const host: SessionHost = {
      onOpen: () => handle({ kind: 'opened', id }),
      takeNext: (isPipelined) => takeQueued(state, isPipelined),
      onIdle: () => handle({ kind: 'idle', id }),
      onIdleTimeout: () => handle({ kind: 'idleTimeout', id }),
      onAnswered: (transaction, reply) => handle({ kind: 'answered', id, transaction, reply }),
      onUnknown: (transaction, problem) =>
        handle({ kind: 'unknown', transaction, problem, random: random() }),
      onUnsent: (transaction, problem, isStale) =>
        handle({ kind: 'unsent', transaction, problem, isStale, maySend: transaction.maySend() }),
      onEnded: (problem, isRefused) => {
        sessions.delete(id);
        handle({ kind: 'ended', id, problem, isRefused, random: random() });
      },
    };
    return openSmtpSession({ ...options, host });
  }

  return {
    name,
    isAvailable: () => isHealthy(state.health),
    describeProblem: () => describeHealth(state.health),
    wantSlots: (count) => handle({ kind: 'want', count }),
    releaseSlot: () => handle({ kind: 'releaseSlot' }),
    push: (transaction) => handle({ kind: 'push', transaction }),
    tick: () => {
      const opened = [...sessions.values()];
      handle({ kind: 'tick' });
      for (const session of opened) session.tick();
    },
    close: () =>
      new Promise((resolve) => {
        onDrained = resolve;
        handle({ kind: 'close' });
      }),
    abort: (problem) => handle({ kind: 'abort', problem }),
  };
}
