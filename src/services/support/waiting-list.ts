import { createDomainPace } from '../../domain/domain-pace.ts';

/** Waiting mails of slowed domains beyond this many times the window are put off, so that they hold
 *  up nobody. */
const MOST_BLOCKED = 2;

/** For how long, in ms. */
const BLOCKED_MS = 60_000;

/** What a look at the waiting list gives. */
export interface Taken<Entry> {
  next: Entry[];
  /** Held back by their domains alone; never more than twice the window. */
  blocked: Entry[];
  /** Not to be sent before `until`, in ms since 1970. */
  putOff: { entry: Entry; until: number }[];
}

/** Mails that wait for their turn, first come, first served within what their domains bear. */
export interface WaitingList<Entry> {
  readonly length: number;
  add(entries: readonly Entry[]): void;
  /** Up to `room` mails whose turn it is; `ended` is due for each of them. */
  take(room: number, now: number): Taken<Entry>;
  /** A mail that was taken is answered. */
  ended(entry: Entry, reply: { isAccepted: boolean; asksForPatience: boolean }, now: number): void;
  /** Empties the list. */
  clear(): Entry[];
}

/** `size` is how many mails may be on their way at once, `domainOf` where a mail goes. */
export function createWaitingList<Entry>(
  size: number,
  domainOf: (entry: Entry) => string,
): WaitingList<Entry> {
  const pace = createDomainPace(size);
  let waiting: Entry[] = [];
  return {
    get length() {
      return waiting.length;
    },
    add: (entries) => {
      waiting.push(...entries);
    },
    take: (room, now) => {
      const next: Entry[] = [];
      const putOff: Taken<Entry>['putOff'] = [];
      const blocked: Entry[] = [];
      let seen = 0;
      for (const entry of waiting) {
        if (next.length >= room) break;
        seen += 1;
        const turn = pace.turnOf(domainOf(entry), now);
        if (turn.kind === 'rest') putOff.push({ entry, until: turn.until });
        else if (turn.kind === 'wait' && blocked.length < MOST_BLOCKED * size) blocked.push(entry);
        else if (turn.kind === 'wait') putOff.push({ entry, until: now + BLOCKED_MS });
        else {
          pace.begin(domainOf(entry));
          next.push(entry);
        }
      }
      waiting = [...blocked, ...waiting.slice(seen)];
      return { next, blocked, putOff };
    },
    ended: (entry, reply, now) => pace.end(domainOf(entry), reply, now),
    clear: () => {
      const all = waiting;
      waiting = [];
      return all;
    },
  };
}
