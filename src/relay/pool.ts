import { afterFailure, type Circuit, CLOSED, probe } from '../domain/circuit.ts';
import type { RelayEndpoint } from '../domain/relay-url.ts';
import type { SmtpReply } from '../domain/smtp-reply.ts';
import { createFifo } from './fifo.ts';
import type { Job } from './job.ts';
import { openSession, type Session, type SessionHost } from './session.ts';
import { TICK_MS } from './stages.ts';

/** The connections to one relay, opened when they are needed. */
export interface Pool {
  name: string;
  /** Whether messages are taken; while not, `problem` says why. */
  isInOrder(): boolean;
  problem(): string;
  push(job: Job): void;
  /** Counts a second. */
  tick(): void;
  /** Connects and signs in on a connection of its own. @throws Error with the relay's problem. */
  verify(): Promise<void>;
  /** Ends what rests now, and the others when they have nothing left to do. */
  close(): Promise<void>;
  /** Ends everything at once: what is behind its dot is unknown, the rest unsent. */
  breakOff(problem: string): void;
}

export interface PoolOptions {
  endpoint: RelayEndpoint;
  /** Most connections at the same time. */
  connections: number;
  heloName: string;
  ca: string | undefined;
  /** 0 to 1; spreads probes. */
  random: () => number;
  /** What comes of messages. */
  onReply: (job: Job, reply: SmtpReply) => void;
  onUnknown: (job: Job, problem: string) => void;
  onUnsent: (job: Job, problem: string) => void;
  /** The relay went out of order, or came back. */
  onChange: (isInOrder: boolean, sentence: string) => void;
}

/** While others work, a connection that could not be opened is no alarm: the relay may allow fewer
 *  than we would like. In seconds, until one more is tried. */
const DIAL_AGAIN_SECONDS = 10;

/** Messages go to connections that are free in the order in which they came. */
export function createPool({
  endpoint,
  connections,
  heloName,
  ca,
  random,
  onReply,
  onUnknown,
  onUnsent,
  onChange,
}: PoolOptions): Pool {
  const { name } = endpoint;
  const waiting = createFifo<Job>();
  /** Met a dead connection: these go first, and only to a connection that is certainly alive. */
  const again = createFifo<Job>();
  const sessions = new Set<Session>();
  /** Of the sessions, those that the relay has not let in yet. */
  const dialling = new Set<Session>();
  /** No longer of the sessions: said goodbye, or only look in. */
  const leaving = new Set<Session>();
  let resting: Session[] = [];
  let seconds = 0;
  let mayDialAt = 0;
  let circuit: Circuit = CLOSED;
  let problem = '';
  let isBroken = false;
  let onEmpty: (() => void) | null = null;

  const host: SessionHost = {
    onOpen: (session) => {
      dialling.delete(session);
      const wasInOrder = circuit.state === 'closed';
      circuit = CLOSED;
      if (!wasInOrder) onChange(true, `The relay ${name} is back in order.`);
    },
    take: (ahead) => (ahead ? null : again.shift()) ?? waiting.shift(),
    onRest: (session) => {
      resting.push(session);
      if (onEmpty) leave(session);
    },
    onIdle: leave,
    onReply,
    onUnknown,
    onUnsent: (job, why, isStale) => {
      if (!isStale || job.isSecondTry || isBroken) return onUnsent(job, why);
      job.isSecondTry = true;
      again.push(job);
    },
    onEnd: (session, why) => {
      leaving.delete(session);
      sessions.delete(session);
      resting = resting.filter((each) => each !== session);
      if (dialling.delete(session)) onDialFailed(why);
      dispatch();
      if (sessions.size + leaving.size === 0) onEmpty?.();
    },
  };

  function onDialFailed(why: string) {
    if (sessions.size > dialling.size) {
      mayDialAt = seconds + DIAL_AGAIN_SECONDS;
      return;
    }
    const wasOpen = circuit.state === 'open';
    circuit = afterFailure(circuit, seconds * TICK_MS, random());
    if (circuit.state !== 'open' || wasOpen) return;
    problem = why;
    for (const job of takeAll()) onUnsent(job, why);
    onChange(false, describeProblem());
  }

  function describeProblem(): string {
    const wait = circuit.state === 'open' ? circuit.probeAt / TICK_MS - seconds : 0;
    return `The relay ${name} is out of order: ${problem} It is tried again in ${Math.max(1, Math.ceil(wait))} s.`;
  }

  function takeAll(): Job[] {
    return [...again.drain(), ...waiting.drain()];
  }

  /** Gives what waits to sessions that rest, and opens more when they are too few. */
  function dispatch() {
    while (waiting.length > 0) {
      const session = resting.pop();
      if (session === undefined) break;
      const job = waiting.shift();
      if (job) session.send(job);
    }
    while (again.length + waiting.length > dialling.size && mayDial()) dial();
  }

  function mayDial(): boolean {
    if (circuit.state !== 'closed') return false;
    if (seconds < mayDialAt && sessions.size > dialling.size) return false;
    if (sessions.size < connections) return true;
    const rested = again.length > 0 ? resting[0] : undefined;
    if (rested) leave(rested);
    return rested !== undefined;
  }

  function dial() {
    const session = openSession({ endpoint, heloName, ca, host });
    sessions.add(session);
    dialling.add(session);
  }

  function leave(session: Session) {
    resting = resting.filter((each) => each !== session);
    sessions.delete(session);
    leaving.add(session);
    session.quit();
  }

  return {
    name,
    isInOrder: () => circuit.state === 'closed',
    problem: describeProblem,
    push: (job) => {
      waiting.push(job);
      dispatch();
    },
    tick: () => {
      seconds += 1;
      for (const session of [...sessions, ...leaving]) session.tick();
      const probing = onEmpty ? null : probe(circuit, seconds * TICK_MS);
      if (probing) {
        circuit = probing;
        dial();
      }
      dispatch();
    },
    verify: () =>
      new Promise((resolve, reject) => {
        let hasOpened = false;
        const session = openSession({
          endpoint,
          heloName,
          ca,
          host: {
            ...host,
            onOpen: () => {
              hasOpened = true;
            },
            take: () => null,
            onRest: () => session.quit(),
            onEnd: (_session, why) => {
              leaving.delete(session);
              if (hasOpened) resolve();
              else reject(new Error(why));
              if (sessions.size + leaving.size === 0) onEmpty?.();
            },
          },
        });
        leaving.add(session);
      }),
    close: () =>
      new Promise((resolve) => {
        onEmpty = resolve;
        for (const session of dialling) session.end('The relay is closed.');
        for (const session of resting) leave(session);
        if (sessions.size + leaving.size === 0) resolve();
      }),
    breakOff: (why) => {
      isBroken = true;
      for (const job of takeAll()) onUnsent(job, why);
      for (const session of [...sessions, ...leaving]) session.end(why);
    },
  };
}
