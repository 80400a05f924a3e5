import type { RelayEndpoint } from '../domain/relay-url.ts';
import type { SmtpReply } from '../domain/smtp-reply.ts';
import { createFifo } from './fifo.ts';
import { createHealth } from './health.ts';
import type { Job } from './job.ts';
import { lookIn } from './look-in.ts';
import { isPositive } from './reply-reader.ts';
import { openSession } from './session.ts';
import type { Session, SessionHost } from './session-host.ts';

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
  const health = createHealth({ name, random, onChange });
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
  let isBroken = false;
  let onEmpty: (() => void) | null = null;

  const host: SessionHost = {
    onOpen: (session) => {
      dialling.delete(session);
      health.onOpen();
    },
    take: (ahead) => (ahead ? null : again.shift()) ?? waiting.shift(),
    onRest: (session) => {
      resting.push(session);
      if (onEmpty) leave(session);
    },
    onIdle: (session) => {
      health.onGood();
      leave(session);
    },
    onReply: (job, reply) => {
      if (isPositive(reply)) health.onGood();
      onReply(job, reply);
    },
    onUnknown,
    onUnsent: (job, why, isStale) => {
      if (!isStale || job.isSecondTry || isBroken || !job.mayGo()) return onUnsent(job, why);
      job.isSecondTry = true;
      again.push(job);
    },
    onEnd: (session, why, isTurnedAway) => {
      leaving.delete(session);
      sessions.delete(session);
      resting = resting.filter((each) => each !== session);
      if (dialling.delete(session) || isTurnedAway) onDialFailed(why);
      dispatch();
      if (sessions.size + leaving.size === 0) onEmpty?.();
    },
  };

  function onDialFailed(why: string) {
    if (sessions.size > dialling.size) {
      mayDialAt = seconds + DIAL_AGAIN_SECONDS;
      return;
    }
    if (!health.onFailed(why)) return;
    for (const job of takeAll()) onUnsent(job, why);
    onChange(false, health.problem());
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
    if (!health.isInOrder()) return false;
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
    isInOrder: health.isInOrder,
    problem: health.problem,
    push: (job) => {
      waiting.push(job);
      dispatch();
    },
    tick: () => {
      seconds += 1;
      const isProbeDue = health.tick(onEmpty === null);
      for (const session of [...sessions, ...leaving]) session.tick();
      if (isProbeDue) dial();
      dispatch();
    },
    verify: async () => {
      const { session, ended } = lookIn({ endpoint, heloName, ca });
      leaving.add(session);
      try {
        await ended;
      } finally {
        leaving.delete(session);
        if (sessions.size + leaving.size === 0) onEmpty?.();
      }
    },
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
