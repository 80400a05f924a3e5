import type { SmtpReply } from '../../domain/smtp/smtp-reply.ts';
import type { SmtpTransaction } from '../session/smtp-transaction.ts';
import { createFifo, type Fifo } from './fifo.ts';
import { createRelayHealth, isHealthy, isOnProbation, type RelayHealth } from './relay-health.ts';

/** Names one session of a pool, from its opening to its end. */
export type SessionId = number;

/** A session as its pool sees it. `closing`: it has sent QUIT. */
interface PooledSession {
  status: 'connecting' | 'idle' | 'busy' | 'closing';
  /** How long it has had messages without any reply to one. */
  quietSeconds: number;
}

/** The connections to one relay, and the messages that wait for them. */
export interface PoolState {
  health: RelayHealth;
  /** Maximum of simultaneous connections. */
  maxConnections: number;
  sessions: Map<SessionId, PooledSession>;
  lastSessionId: SessionId;
  /** The ids of idle sessions; the one used last is the last. */
  idle: SessionId[];
  connectingCount: number;
  closingCount: number;
  sendQueue: Fifo<SmtpTransaction>;
  /** Messages that met a dead connection. They go first, and only to a connection known to be
   *  alive. */
  retryQueue: Fifo<SmtpTransaction>;
  /** Messages that the sessions have. */
  active: number;
  /** Slots that are wanted and not granted. */
  wanted: number;
  /** Slots that are granted and not used. */
  reserved: number;
  seconds: number;
  reconnectAtSeconds: number;
  isClosing: boolean;
  isAborted: boolean;
}

/** What happens to a pool. `random` is 0 to 1 and spreads probes. */
export type PoolEvent =
  | { kind: 'push'; transaction: SmtpTransaction }
  /** `count` more slots are wanted. */
  | { kind: 'want'; count: number }
  /** A granted slot is not used. */
  | { kind: 'releaseSlot' }
  /** The handshake of a session has finished. */
  | { kind: 'opened'; id: SessionId }
  | { kind: 'idle'; id: SessionId }
  /** The session was idle for its maximum time. */
  | { kind: 'idleTimeout'; id: SessionId }
  | { kind: 'answered'; id: SessionId; transaction: SmtpTransaction; reply: SmtpReply }
  /** The dot was sent, and no reply came. */
  | { kind: 'unknown'; transaction: SmtpTransaction; problem: string; random: number }
  /** The dot was not sent. `isStale`: the connection may have been dead before. `maySend`: whether
   *  the message may still be sent. */
  | {
      kind: 'unsent';
      transaction: SmtpTransaction;
      problem: string;
      isStale: boolean;
      maySend: boolean;
    }
  /** `isRefused`: the relay closed with 421 and had not accepted any message. */
  | { kind: 'ended'; id: SessionId; problem: string; isRefused: boolean; random: number }
  /** A second has passed. */
  | { kind: 'tick' }
  | { kind: 'close' }
  | { kind: 'abort'; problem: string };

/** What the shell of a pool does, in this order. */
export type PoolCommand =
  | { kind: 'connect'; id: SessionId }
  | { kind: 'send'; id: SessionId; transaction: SmtpTransaction }
  | { kind: 'quit'; id: SessionId }
  | { kind: 'end'; id: SessionId; problem: string }
  | { kind: 'answered'; transaction: SmtpTransaction; reply: SmtpReply }
  | { kind: 'unknown'; transaction: SmtpTransaction; problem: string }
  | { kind: 'unsent'; transaction: SmtpTransaction; problem: string }
  /** The message has waited too long for a connection. No other relay is to be tried. */
  | { kind: 'notBegun'; transaction: SmtpTransaction; problem: string }
  /** `count` of the wanted slots are granted. */
  | { kind: 'grant'; count: number }
  /** The relay went down, and no slots are wanted any more; or it is back. */
  | { kind: 'report'; isAvailable: boolean }
  /** The last connection of a closing pool has ended. */
  | { kind: 'drained' };

/** The state of a pool without connections. */
export function createPoolState(name: string, maxConnections: number): PoolState {
  return {
    health: createRelayHealth(name),
    maxConnections,
    sessions: new Map(),
    lastSessionId: 0,
    idle: [],
    connectingCount: 0,
    closingCount: 0,
    sendQueue: createFifo(),
    retryQueue: createFifo(),
    active: 0,
    wanted: 0,
    reserved: 0,
    seconds: 0,
    reconnectAtSeconds: 0,
    isClosing: false,
    isAborted: false,
  };
}

/** A session that has not replied for so long takes no second message. */
const MAX_QUIET_SECONDS = 2;

/**
 * How many more messages could begin now. A connection has room for two: one that is being sent and
 * one whose commands follow its dot. While a relay is slow to reply there is room for one, and a
 * relay on probation gets one at all.
 */
export function countFreeSlots(state: PoolState): number {
  if (state.isClosing || state.isAborted || !isHealthy(state.health)) return 0;
  const taken = state.active + state.retryQueue.length + state.sendQueue.length + state.reserved;
  let room = 0;
  for (const { status, quietSeconds } of state.sessions.values())
    if (status === 'idle' || status === 'busy') room += quietSeconds < MAX_QUIET_SECONDS ? 2 : 1;
  if (isOnProbation(state.health)) room = Math.min(room, 1);
  return Math.max(0, room - taken);
}
