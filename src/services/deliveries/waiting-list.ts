import { createDomainThrottle } from '../../domain/deliveries/domain-throttle.ts';
import { MINUTE_MS } from '../../domain/time/units.ts';

/** Waiting mails of slowed domains beyond this many times the window are put off, so that they hold
 *  up nobody. */
const MAX_BLOCKED_WINDOWS = 2;

/** For how long, in ms. */
const BLOCKED_DELAY_MS = MINUTE_MS;

/** What a look at the waiting list gives. */
export interface TakeResult<Entry> {
  next: Entry[];
  /** Held back by their domains alone; never more than twice the window. */
  blocked: Entry[];
  /** Not to be sent before `until`, in ms since 1970. */
  postponed: { entry: Entry; until: number }[];
}

/** Mails that wait for their turn, first come, first served within what their domains bear. */
export interface WaitingList<Entry> {
  readonly length: number;
  add(entries: readonly Entry[]): void;
  /** Up to `room` mails whose turn it is; `ended` is due for each of them. */
  take(capacity: number, now: number): TakeResult<Entry>;
  /** A mail that was taken is answered. */
  ended(entry: Entry, reply: { isAccepted: boolean; requestsBackoff: boolean }, now: number): void;
  /** Empties the list. */
  clear(): Entry[];
}

/** `size` is how many mails may be on their way at once, `domainOf` where a mail goes. */
export function createWaitingList<Entry>(
  maxInFlight: number,
  domainOf: (entry: Entry) => string,
): WaitingList<Entry> {
  const throttle = createDomainThrottle(maxInFlight);
  let waiting: Entry[] = [];
  return {
    get length() {
      return waiting.length;
    },
    add: (entries) => {
      waiting.push(...entries);
    },
    take: (capacity, now) => {
      const next: Entry[] = [];
      const postponed: TakeResult<Entry>['postponed'] = [];
      const blocked: Entry[] = [];
      let examined = 0;
      for (const entry of waiting) {
        if (next.length >= capacity) break;
        examined += 1;
        const decision = throttle.decide(domainOf(entry), now);
        if (decision.kind === 'rest') postponed.push({ entry, until: decision.untilMs });
        else if (decision.kind === 'wait' && blocked.length < MAX_BLOCKED_WINDOWS * maxInFlight)
          blocked.push(entry);
        else if (decision.kind === 'wait') postponed.push({ entry, until: now + BLOCKED_DELAY_MS });
        else {
          throttle.recordStart(domainOf(entry));
          next.push(entry);
        }
      }
      waiting = [...blocked, ...waiting.slice(examined)];
      return { next, blocked, postponed };
    },
    ended: (entry, reply, now) => throttle.recordReply(domainOf(entry), reply, now),
    clear: () => {
      const all = waiting;
      waiting = [];
      return all;
    },
  };
}
