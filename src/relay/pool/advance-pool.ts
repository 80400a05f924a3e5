import { isPositiveCompletion } from '../session/reply-parser.ts';
import type { SmtpTransaction } from '../session/smtp-transaction.ts';
import {
  countFreeSlots,
  type PoolCommand,
  type PoolEvent,
  type PoolState,
  type SessionId,
} from './pool-state.ts';
import {
  type HealthChange,
  isHealthy,
  isOnProbation,
  noteAccepted,
  noteFailed,
  noteKeptOpen,
  noteOpened,
  noteUnanswered,
  tickHealth,
} from './relay-health.ts';

/** Seconds until another connection is tried after one failed while others work. That is no outage:
 *  the relay may allow fewer connections than we are configured for. */
const RECONNECT_DELAY_SECONDS = 10;

/** How long a message that must begin soon waits for a connection: the one that it had room on has
 *  ended or fallen silent. */
const MAX_QUEUED_SECONDS = 10;

/** What a pool does when `event` happens, without I/O and without a clock. It changes `state` in
 *  place, since a copy for each event would be slower. */
export function advancePool(state: PoolState, event: PoolEvent): readonly PoolCommand[] {
  const commands: PoolCommand[] = [];
  switch (event.kind) {
    case 'push':
      if (event.transaction.hasSlot) state.reserved -= 1;
      event.transaction.hasSlot = false;
      event.transaction.queuedAtSeconds = state.seconds;
      state.sendQueue.push(event.transaction);
      dispatch(state, commands);
      break;
    case 'want':
      state.wanted += event.count;
      dispatch(state, commands);
      break;
    case 'releaseSlot':
      state.reserved -= 1;
      break;
    case 'opened':
      onOpened(state, event.id, commands);
      break;
    case 'idle':
      onIdle(state, event.id, commands);
      break;
    case 'idleTimeout':
      noteKeptOpen(state.health);
      closeSession(state, event.id, commands);
      break;
    case 'answered':
      onAnswered(state, event, commands);
      break;
    case 'unknown':
      onUnknown(state, event, commands);
      break;
    case 'unsent':
      onUnsent(state, event, commands);
      break;
    case 'ended':
      onEnded(state, event, commands);
      break;
    case 'tick':
      onTick(state, commands);
      break;
    case 'close':
      onClose(state, commands);
      break;
    case 'abort':
      state.isAborted = true;
      giveBackQueued(state, event.problem, commands);
      for (const id of state.sessions.keys())
        commands.push({ kind: 'end', id, problem: event.problem });
      break;
  }
  grantSlots(state, commands);
  return commands;
}

/** The next message for a session that asks for one; null when there is none for it.
 *  `isPipelined`: its commands follow the dot of another message. */
export function takeQueued(state: PoolState, isPipelined: boolean): SmtpTransaction | null {
  if (!mayBegin(state, isPipelined)) return null;
  const next = (isPipelined ? null : state.retryQueue.shift()) ?? state.sendQueue.shift();
  if (next) state.active += 1;
  return next;
}

function mayBegin({ health, active }: PoolState, isPipelined: boolean): boolean {
  return !isOnProbation(health) || (!isPipelined && active === 0);
}

function onOpened(state: PoolState, id: SessionId, commands: PoolCommand[]): void {
  const session = state.sessions.get(id);
  if (session?.status === 'connecting') state.connectingCount -= 1;
  state.sessions.set(id, { status: 'busy', quietSeconds: 0 });
  report(noteOpened(state.health), commands);
}

function onIdle(state: PoolState, id: SessionId, commands: PoolCommand[]): void {
  state.sessions.set(id, { status: 'idle', quietSeconds: 0 });
  state.idle.push(id);
  if (state.isClosing) closeSession(state, id, commands);
}

function onAnswered(
  state: PoolState,
  { id, transaction, reply }: Extract<PoolEvent, { kind: 'answered' }>,
  commands: PoolCommand[],
): void {
  state.active -= 1;
  const session = state.sessions.get(id);
  if (session) session.quietSeconds = 0;
  const wasOnProbation = isOnProbation(state.health);
  if (isPositiveCompletion(reply)) report(noteAccepted(state.health), commands);
  commands.push({ kind: 'answered', transaction, reply });
  if (wasOnProbation) dispatch(state, commands);
}

function onUnknown(
  state: PoolState,
  { transaction, problem, random }: Extract<PoolEvent, { kind: 'unknown' }>,
  commands: PoolCommand[],
): void {
  state.active -= 1;
  if (!state.isAborted && noteUnanswered(state.health, problem, random) === 'down')
    goDown(state, problem, commands);
  commands.push({ kind: 'unknown', transaction, problem });
}

/** A message that met a dead connection is tried once more on another one. */
function onUnsent(
  state: PoolState,
  { transaction, problem, isStale, maySend }: Extract<PoolEvent, { kind: 'unsent' }>,
  commands: PoolCommand[],
): void {
  state.active -= 1;
  const mayRetry = isStale && !transaction.isRetried && !state.isAborted;
  if (!mayRetry || !maySend || !isHealthy(state.health))
    return void commands.push({ kind: 'unsent', transaction, problem });
  transaction.isRetried = true;
  transaction.queuedAtSeconds = state.seconds;
  state.retryQueue.push(transaction);
}

function onEnded(
  state: PoolState,
  { id, problem, isRefused, random }: Extract<PoolEvent, { kind: 'ended' }>,
  commands: PoolCommand[],
): void {
  const status = state.sessions.get(id)?.status;
  state.sessions.delete(id);
  if (status === 'connecting') state.connectingCount -= 1;
  if (status === 'closing') state.closingCount -= 1;
  if (status === 'idle') state.idle = state.idle.filter((each) => each !== id);
  if (status === 'connecting' || isRefused) onConnectFailed(state, problem, random, commands);
  dispatch(state, commands);
  reportDrained(state, commands);
}

function onConnectFailed(
  state: PoolState,
  problem: string,
  random: number,
  commands: PoolCommand[],
): void {
  // While the relay is down, only a probe tells how it is: an old connection that still waits for
  // a reply is no sign that it works.
  if (isHealthy(state.health) && countOpen(state) > state.connectingCount) {
    state.reconnectAtSeconds = state.seconds + RECONNECT_DELAY_SECONDS;
    return;
  }
  if (noteFailed(state.health, problem, random) === 'down') goDown(state, problem, commands);
}

function goDown(state: PoolState, problem: string, commands: PoolCommand[]): void {
  giveBackQueued(state, problem, commands);
  state.wanted = 0;
  commands.push({ kind: 'report', isAvailable: false });
}

function giveBackQueued(state: PoolState, problem: string, commands: PoolCommand[]): void {
  for (const transaction of [...state.retryQueue.drain(), ...state.sendQueue.drain()])
    commands.push({ kind: 'unsent', transaction, problem });
}

function onTick(state: PoolState, commands: PoolCommand[]): void {
  state.seconds += 1;
  for (const session of state.sessions.values())
    if (session.status === 'busy') session.quietSeconds += 1;
  giveBackLate(state, commands);
  if (tickHealth(state.health, !state.isClosing)) connect(state, commands);
  dispatch(state, commands);
}

/** Gives back messages that could not begin soon, wherever they wait. */
function giveBackLate(state: PoolState, commands: PoolCommand[]): void {
  const { retryQueue, sendQueue, seconds, health } = state;
  const isLate = ({ mustBeginSoon, queuedAtSeconds }: SmtpTransaction) =>
    mustBeginSoon && seconds - queuedAtSeconds > MAX_QUEUED_SECONDS;
  const problem = `No connection to ${health.name} was free within ${MAX_QUEUED_SECONDS} s.`;
  for (const transaction of [...retryQueue.remove(isLate), ...sendQueue.remove(isLate)])
    commands.push({ kind: 'notBegun', transaction, problem });
}

/** Sessions that are busy are closed when they become idle. */
function onClose(state: PoolState, commands: PoolCommand[]): void {
  state.isClosing = true;
  state.wanted = 0;
  for (const [id, { status }] of state.sessions) {
    if (status === 'connecting')
      commands.push({ kind: 'end', id, problem: 'The relay is closed.' });
    if (status === 'idle') closeSession(state, id, commands);
  }
  reportDrained(state, commands);
}

function reportDrained(state: PoolState, commands: PoolCommand[]): void {
  if (state.isClosing && state.sessions.size === 0) commands.push({ kind: 'drained' });
}

/** Gives queued messages to idle sessions, and connects when these are too few. */
function dispatch(state: PoolState, commands: PoolCommand[]): void {
  while (state.sendQueue.length > 0 && mayBegin(state, false)) {
    const id = state.idle.pop();
    if (id === undefined) break;
    const transaction = state.sendQueue.shift();
    if (transaction === null) break;
    state.active += 1;
    state.sessions.set(id, { status: 'busy', quietSeconds: 0 });
    commands.push({ kind: 'send', id, transaction });
  }
  grantSlots(state, commands);
  const demand = () => state.retryQueue.length + state.sendQueue.length + state.wanted;
  while (demand() > state.connectingCount && makeRoom(state, commands)) connect(state, commands);
}

/** Whether another connection may be opened. For a retry, which only a new connection may take, an
 *  idle one is closed when all are in use. */
function makeRoom(state: PoolState, commands: PoolCommand[]): boolean {
  const { health, connectingCount, maxConnections, retryQueue, idle } = state;
  if (!isHealthy(health)) return false;
  if (isOnProbation(health) && (state.active > 0 || connectingCount > 0)) return false;
  const open = countOpen(state);
  if (state.seconds < state.reconnectAtSeconds && open > connectingCount) return false;
  if (open < maxConnections) return true;
  const [id] = idle;
  if (retryQueue.length === 0 || id === undefined) return false;
  closeSession(state, id, commands);
  return true;
}

function connect(state: PoolState, commands: PoolCommand[]): void {
  state.lastSessionId += 1;
  const id = state.lastSessionId;
  state.sessions.set(id, { status: 'connecting', quietSeconds: 0 });
  state.connectingCount += 1;
  commands.push({ kind: 'connect', id });
}

function closeSession(state: PoolState, id: SessionId, commands: PoolCommand[]): void {
  state.idle = state.idle.filter((each) => each !== id);
  state.sessions.set(id, { status: 'closing', quietSeconds: 0 });
  state.closingCount += 1;
  commands.push({ kind: 'quit', id });
}

/** Connections that are not being closed. */
function countOpen({ sessions, closingCount }: PoolState): number {
  return sessions.size - closingCount;
}

function grantSlots(state: PoolState, commands: PoolCommand[]): void {
  if (state.wanted === 0) return;
  const count = Math.min(state.wanted, countFreeSlots(state));
  if (count === 0) return;
  state.wanted -= count;
  state.reserved += count;
  commands.push({ kind: 'grant', count });
}

function report(change: HealthChange, commands: PoolCommand[]): void {
  if (change === 'up') commands.push({ kind: 'report', isAvailable: true });
}
