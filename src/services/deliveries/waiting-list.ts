import {
  createDomainThrottle,
  type DomainThrottle,
} from '../../domain/deliveries/domain-throttle.ts';

/** Mails blocked by their domains that may wait, as a multiple of the window: more of them would
 *  keep other mails out. */
const MAX_BLOCKED_WINDOWS = 2;

/** How long the excess of them is postponed, in ms. */
const BLOCKED_DELAY_MS = 60_000;

/** The decisions about waiting mails. */
interface TakeResult<Entry> {
  next: Entry[];
  /** Blocked by their domains alone; never more than twice the window. */
  blocked: Entry[];
  /** Not to be sent before `until`, in ms since 1970. */
  postponed: { entry: Entry; until: number }[];
}

/** Mails that wait for capacity, first come, first served within the limits of their domains. */
export interface WaitingList<Entry> {
  /** Those of which `take` may return some: the others wait for a mail in flight to end. */
  readonly candidateCount: number;
  add(entries: readonly Entry[]): void;
  /** Takes up to `capacity` mails that may be sent; call `ended` for each of them later. */
  take(capacity: number, now: number): TakeResult<Entry>;
  /** Notes how a mail that was taken ended. */
  ended(entry: Entry, reply: { isAccepted: boolean; requestsBackoff: boolean }, now: number): void;
  /** Empties the list and returns what was in it. */
  clear(): Entry[];
}

/** `maxInFlight` is the size of the window; `domainOf` returns the recipient domain of a mail. */
export function createWaitingList<Entry>(
  maxInFlight: number,
  domainOf: (entry: Entry) => string,
  throttle: DomainThrottle = createDomainThrottle(maxInFlight),
): WaitingList<Entry> {
  let waiting: Entry[] = [];
  /** How many of them, the first ones, were found blocked. */
  let blockedCount = 0;
  return {
    get candidateCount() {
      return waiting.length - blockedCount;
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
        if (decision.kind === 'back-off') postponed.push({ entry, until: decision.untilMs });
        else if (decision.kind === 'wait' && blocked.length < MAX_BLOCKED_WINDOWS * maxInFlight)
          blocked.push(entry);
        else if (decision.kind === 'wait') postponed.push({ entry, until: now + BLOCKED_DELAY_MS });
        else {
          throttle.recordStart(domainOf(entry));
          next.push(entry);
        }
      }
      waiting = [...blocked, ...waiting.slice(examined)];
      blockedCount = blocked.length;
      return { next, blocked, postponed };
    },
    ended: (entry, reply, now) => {
      throttle.recordReply(domainOf(entry), reply, now);
      blockedCount = 0;
    },
    clear: () => {
      const all = waiting;
      waiting = [];
      blockedCount = 0;
      return all;
    },
  };
}
