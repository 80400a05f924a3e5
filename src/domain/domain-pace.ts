/** How long a recipient domain that asked for patience is left alone at first, in ms; doubled each
 *  time that it asks again. */
const FIRST_REST_MS = 2000;
const LONGEST_REST_MS = 300_000;

/** What may be done now with a mail to a domain. */
export type Turn = { kind: 'go' } | { kind: 'wait' } | { kind: 'rest'; until: number };

const GO: Turn = { kind: 'go' };
const WAIT: Turn = { kind: 'wait' };

interface Slowed {
  /** Mails that may be on their way to the domain at once. */
  limit: number;
  restMs: number;
  restUntil: number;
  /** Accepted since the limit last changed. */
  accepted: number;
}

/** How many mails may be on their way to each recipient domain: as many as may be in flight at all,
 *  until a domain asks for patience. */
export interface DomainPace {
  turnOf(domain: string, now: number): Turn;
  begin(domain: string): void;
  /** `asksForPatience`: the reply was 421 or 4.7.x. Times are in ms. */
  end(domain: string, reply: { isAccepted: boolean; asksForPatience: boolean }, now: number): void;
}

/**
 * Additive increase, multiplicative decrease (Chiu and Jain 1989): a domain that asks for patience
 * rests, then gets half of what it had, and one more each time that a full round was accepted, until
 * it has `most` again.
 */
export function createDomainPace(most: number): DomainPace {
  const active = new Map<string, number>();
  const slowed = new Map<string, Slowed>();
  return {
    turnOf: (domain, now) => {
      const slow = slowed.size === 0 ? undefined : slowed.get(domain);
      if (slow === undefined) return GO;
      if (now < slow.restUntil) return { kind: 'rest', until: slow.restUntil };
      return (active.get(domain) ?? 0) < slow.limit ? GO : WAIT;
    },
    begin: (domain) => {
      active.set(domain, (active.get(domain) ?? 0) + 1);
    },
    end: (domain, { isAccepted, asksForPatience }, now) => {
      const before = active.get(domain) ?? 1;
      if (before <= 1) active.delete(domain);
      else active.set(domain, before - 1);
      const slow = slowed.get(domain);
      if (asksForPatience) slowed.set(domain, slower(slow, Math.min(before, most), now));
      else if (isAccepted && slow && hasRecovered(slow, most)) slowed.delete(domain);
    },
  };
}

/** Mails that left together are told off together: that counts once. */
function slower(slow: Slowed | undefined, active: number, now: number): Slowed {
  if (slow && now < slow.restUntil) return slow;
  const restMs = slow ? Math.min(slow.restMs * 2, LONGEST_REST_MS) : FIRST_REST_MS;
  const limit = Math.max(1, Math.floor(Math.min(slow?.limit ?? active, active) / 2));
  return { limit, restMs, restUntil: now + restMs, accepted: 0 };
}

function hasRecovered(slow: Slowed, most: number): boolean {
  slow.accepted += 1;
  if (slow.accepted < slow.limit) return false;
  slow.accepted = 0;
  slow.limit += 1;
  slow.restMs = Math.max(FIRST_REST_MS, slow.restMs / 2);
  return slow.limit >= most;
}
