import type { Message } from '../domain/message.ts';
import type { SendOutcome } from '../domain/outcome.ts';
import { readRelayUrl } from '../domain/relay-url.ts';
import { CALLED_BACK, type Job } from './job.ts';
import { createPool, type Pool } from './pool.ts';
import { TICK_MS } from './stages.ts';
import { realTimers, type Timers } from './timers.ts';

/** The way out for every mail. */
export interface Relay {
  /** Never rejects: what went wrong is part of the outcome. Once `mayGo` says no, a message whose dot
   *  is not out is unsent. @defaultValue always */
  send(message: Message, mayGo?: () => boolean): Promise<SendOutcome>;
  /** Whether it makes sense to send: false while every relay is out of order. */
  isOpen(): boolean;
  /** Connects and signs in without sending. Rejects with the first relay's problem. */
  verify(): Promise<void>;
  /** Takes nothing new, waits for what is in flight, then says goodbye. After `graceMs` it breaks
   *  the connections: what is behind its dot is unknown, the rest unsent. @defaultValue 30 s */
  close(options?: { graceMs?: number }): Promise<void>;
}

/** A relay went out of order or came back. The sentence holds no address of a reader. */
export interface RelayChange {
  relay: string;
  isInOrder: boolean;
  sentence: string;
}

export interface RelayOptions {
  /** Tried in this order (see `readRelayUrl`). */
  urls: readonly string[];
  /** Most connections to one relay at the same time. */
  connections: number;
  /** What we call ourselves in EHLO (RFC 5321 §4.1.1.1). @defaultValue `[127.0.0.1]` */
  heloName?: string;
  /** Waits until a message may go to this relay. @defaultValue none: without limit */
  takeTurn?: ((relay: string) => Promise<void>) | null;
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
export function heloNameOf(hostname: string): string {
  return /^(?=.{1,253}$)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/.test(hostname) ? hostname : LOOPBACK;
}

const LOOPBACK = '[127.0.0.1]';

/**
 * Sends through the first relay that is in order; the next one is tried only when the final dot was
 * certainly not sent. Certificates are verified.
 * @throws RangeError for a URL that is none.
 */
export function openRelay({
  urls,
  connections,
  heloName = LOOPBACK,
  takeTurn = null,
  onChange = () => undefined,
  random = Math.random,
  ca,
  timers = realTimers,
}: RelayOptions): Relay {
  const pools = urls.map((url): Pool => {
    const endpoint = readRelayUrl(url);
    const relay = endpoint.name;
    return createPool({
      endpoint,
      connections,
      heloName,
      ca,
      random,
      onReply: (job, reply) => settle(job, { kind: 'answered', reply, relay }),
      onUnknown: (job, problem) => settle(job, { kind: 'unknown', problem, relay }),
      onUnsent: (job, problem) => {
        job.relay += 1;
        job.isSecondTry = false;
        offer(job, problem, relay);
      },
      onChange: (isInOrder, sentence) => onChange({ relay, isInOrder, sentence }),
    });
  });
  const inTurn = new Set<Job>();
  let inFlight = 0;
  let isClosing = false;
  let isBroken = false;
  let secondsLeft = Number.POSITIVE_INFINITY;
  let onQuiet: (() => void) | null = null;
  const stopTicking = timers.every(TICK_MS, () => {
    for (const pool of pools) pool.tick();
    secondsLeft -= 1;
    if (secondsLeft < 0) breakOff();
  });

  function settle(job: Job, outcome: SendOutcome) {
    inFlight -= 1;
    job.resolve(outcome);
    if (inFlight === 0) onQuiet?.();
  }

  /** Hands a message to the next relay that is in order, or gives it back as unsent. */
  function offer(job: Job, lastProblem: string, lastRelay: string) {
    const mayGo = job.mayGo();
    let [problem, relay] = [mayGo ? lastProblem : CALLED_BACK, lastRelay];
    for (; mayGo && !isBroken; job.relay += 1) {
      const pool = pools[job.relay];
      if (pool === undefined) break;
      if (pool.isInOrder()) return takeTurn === null ? pool.push(job) : queueUp(job, pool);
      [problem, relay] = [pool.problem(), pool.name];
    }
    const { asksForPatience } = job;
    settle(job, { kind: 'unsent', problem, relay, ...(asksForPatience && { asksForPatience }) });
  }

  function queueUp(job: Job, pool: Pool) {
    inTurn.add(job);
    takeTurn?.(pool.name).then(
      () => {
        if (!inTurn.delete(job)) return;
        if (pool.isInOrder()) pool.push(job);
        else offer(job, '', '');
      },
      (error: Error) => {
        if (!inTurn.delete(job)) return;
        job.relay += 1;
        offer(job, error.message, pool.name);
      },
    );
  }

  function breakOff() {
    secondsLeft = Number.POSITIVE_INFINITY;
    isBroken = true;
    for (const job of inTurn) offer(job, CLOSED, pools[job.relay]?.name ?? '');
    inTurn.clear();
    for (const pool of pools) pool.breakOff(CLOSED);
  }

  return {
    send: (message, mayGo = ALWAYS) => {
      if (isClosing) return Promise.resolve({ kind: 'unsent', problem: CLOSED, relay: '' });
      inFlight += 1;
      return new Promise((resolve) => {
        const job = { message, mayGo, resolve, relay: 0, ...UNTRIED };
        offer(job, 'No relay is set.', '');
      });
    },
    isOpen: () => !isClosing && pools.some((pool) => pool.isInOrder()),
    verify: async () => {
      for (const pool of pools) await pool.verify();
    },
    close: async ({ graceMs = GRACE_MS } = {}) => {
      isClosing = true;
      secondsLeft = Math.ceil(graceMs / TICK_MS);
      if (inFlight > 0) {
        await new Promise<void>((resolve) => {
          onQuiet = resolve;
        });
      }
      await Promise.all(pools.map((pool) => pool.close()));
      stopTicking();
    },
  };
}

const CLOSED = 'The way out is closed: the process is about to end.';

const ALWAYS = () => true;

/** A job before its first session, which writes its own commands. */
const UNTRIED = {
  isSecondTry: false,
  asksForPatience: false,
  commands: { mail: '', rcpt: '' },
} as const;
