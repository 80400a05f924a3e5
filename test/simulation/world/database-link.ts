import type { Connect, Connection } from '../postgres/pool.ts';
import type { Outcome, Server, Session, StatementResult } from '../postgres/server.ts';
import type { Faults } from './faults.ts';
import type { Random } from './random.ts';
import type { Owner, Scheduler } from './scheduler.ts';
import type { Trace } from './trace.ts';

export interface LinkDeps {
  scheduler: Scheduler;
  server: Server;
  faults: Faults;
  random: Random;
  trace: Trace;
}

/** The way of one process to the database. */
export interface DatabaseLink {
  connect: Connect;
  /** The server cannot be reached for a while: it refuses, or does not answer. */
  goAway(forMs: number, isSilent: boolean): void;
  /** For a while, each answer takes `delayMs` longer. */
  slowDown(forMs: number, delayMs: number): void;
  /** The process is gone: its sessions end after `lingersMs`, and statements on their way arrive
   *  or are lost. */
  abandon(lingersMs: number): void;
}

/** Time of one way, in ms. Mostly short; sometimes another statement overtakes. */
const latencyMs = (random: Random) => (random.chance(0.1) ? 8 : 1.5) * (0.1 + random.next());

const CONNECT_TIMEOUT_MS = 10_000;

/** After this time without an answer to keep-alive probes the system gives up a connection, in ms.
 *  */
const KEEP_ALIVE_TIMEOUT_MS = 60_000;

const createNetworkError = (code: string, message: string) =>
  Object.assign(new Error(message), { code });

export function createDatabaseLink(
  { scheduler, server, faults, random, trace }: LinkDeps,
  owner: Owner,
): DatabaseLink {
  const sessions = new Set<Session>();
  let awayUntilMs = -1;
  let isSilentlyAway = false;
  let slowUntilMs = -1;
  let slowByMs = 0;
  const isAway = () => scheduler.nowMs() < awayUntilMs;

  const openConnection = (): Connection => {
    const session = server.openSession();
    sessions.add(session);
    let problem: Error | null = null;
    let late = 0;
    const endSession = () => {
      sessions.delete(session);
      session.end();
    };
    return {
      query: ({ text, ...statement }, timeoutMs) =>
        new Promise<StatementResult>((resolve, reject) => {
          if (problem !== null) {
            const message = 'Client has encountered a connection error and is not queryable';
            return reject(new Error(message));
          }
          const fault = faults.takeDatabase(owner.name, text);
          const kind =
            fault?.fault ?? (isAway() ? (isSilentlyAway ? 'silent' : 'lost-before') : null);
          if (fault) trace.add(owner.name, `database ${fault.fault}: ${summarise(text)}`);
          const fail = (error: Error) => {
            problem ??= error;
            reject(error);
          };
          const cutAfter = (delayMs: number, code: string) =>
            scheduler.after(delayMs, owner, () =>
              fail(createNetworkError(code, 'Connection terminated unexpectedly')),
            );
          const cancelTimeout =
            timeoutMs === null
              ? cutAfter(KEEP_ALIVE_TIMEOUT_MS, 'ETIMEDOUT')
              : scheduler.after(timeoutMs, owner, () => fail(new Error('Query read timeout')));
          const settle = (outcome: Outcome) => {
            cancelTimeout();
            if ('error' in outcome) reject(outcome.error);
            else resolve(outcome.result);
          };
          if (kind === 'lost-before') {
            cancelTimeout();
            cutAfter(latencyMs(random), 'ECONNRESET');
            scheduler.after(latencyMs(random), null, endSession);
            return;
          }
          const onDone = (outcome: Outcome) => {
            late = Math.max(0, late - 1);
            if (kind === 'silent' || (isAway() && isSilentlyAway)) return;
            if (kind === 'lost-after' || isAway()) {
              cancelTimeout();
              cutAfter(latencyMs(random), 'ECONNRESET');
              scheduler.after(latencyMs(random), null, endSession);
              return;
            }
            const slowMs = scheduler.nowMs() < slowUntilMs ? slowByMs : 0;
            const faultMs = kind === 'slow' ? (fault?.delayMs ?? 0) : 0;
            const delayMs = latencyMs(random) + slowMs + faultMs;
            scheduler.after(delayMs, owner, () => settle(outcome));
          };
          const requestMs = latencyMs(random) + (kind === 'late' ? (fault?.delayMs ?? 0) : 0);
          late += 1;
          scheduler.after(requestMs, null, () => {
            if (kind === 'late') trace.add('database', `runs late: ${summarise(text)}`);
            session.execute({ text, ...statement }, onDone);
          });
        }),
      release: (error) => {
        if (!error) return endSession();
        problem ??= error;
        // What the server has received already it executes before it notices.
        const end = () => (late > 0 ? scheduler.after(100, null, end) : endSession());
        scheduler.after(latencyMs(random), null, end);
      },
    };
  };

  return {
    connect: () =>
      new Promise((resolve, reject) => {
        if (!isAway()) return resolve(openConnection());
        const error = isSilentlyAway
          ? new Error('timeout exceeded when trying to connect')
          : createNetworkError('ECONNREFUSED', 'connect ECONNREFUSED');
        scheduler.after(isSilentlyAway ? CONNECT_TIMEOUT_MS : latencyMs(random), owner, () =>
          reject(error),
        );
      }),
    goAway: (forMs, isSilent) => {
      awayUntilMs = scheduler.nowMs() + forMs;
      isSilentlyAway = isSilent;
    },
    slowDown: (forMs, delayMs) => {
      slowUntilMs = scheduler.nowMs() + forMs;
      slowByMs = delayMs;
    },
    abandon: (lingersMs) => {
      const left = [...sessions];
      scheduler.after(lingersMs, null, () => {
        for (const session of left) session.end();
      });
    },
  };
}

/** The beginning of a statement, on one line. */
export function summarise(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 70);
}
