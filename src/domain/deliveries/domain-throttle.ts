/** How long a recipient domain that asked for patience is left alone at first, in ms; doubled each
 *  time that it asks again. */
const MIN_BACKOFF_MS = 2000;
const MAX_BACKOFF_MS = 300_000;

/** What may be done now with a mail to a domain. */
export type ThrottleDecision =
  | { kind: 'go' }
  | { kind: 'wait' }
  | { kind: 'rest'; untilMs: number };

const SEND_NOW: ThrottleDecision = { kind: 'go' };
const WAIT: ThrottleDecision = { kind: 'wait' };

interface ThrottledDomain {
  /** Mails that may be on their way to the domain at once. */
  concurrencyLimit: number;
  backoffMs: number;
  backoffUntilMs: number;
  /** Accepted since the limit last changed. */
  acceptedSinceChange: number;
}

/** How many mails may be on their way to each recipient domain: as many as may be in flight at all,
 *  until a domain asks for patience. */
export interface DomainThrottle {
  decide(domain: string, nowMs: number): ThrottleDecision;
  recordStart(domain: string): void;
  /** `requestsBackoff`: the reply was 421 or 4.7.x. Times are in ms. */
  recordReply(
    domain: string,
    reply: { isAccepted: boolean; requestsBackoff: boolean },
    nowMs: number,
  ): void;
}

/**
 * Additive increase, multiplicative decrease (Chiu and Jain 1989): a domain that asks for patience
 * rests, then gets half of what it had, and one more each time that a full round was accepted, until
 * it has `most` again.
 */
export function createDomainThrottle(maxConcurrent: number): DomainThrottle {
  const active = new Map<string, number>();
  const throttledDomains = new Map<string, ThrottledDomain>();
  return {
    decide: (domain, nowMs) => {
      const throttled = throttledDomains.size === 0 ? undefined : throttledDomains.get(domain);
      if (throttled === undefined) return SEND_NOW;
      if (nowMs < throttled.backoffUntilMs)
        return { kind: 'rest', untilMs: throttled.backoffUntilMs };
      return (active.get(domain) ?? 0) < throttled.concurrencyLimit ? SEND_NOW : WAIT;
    },
    recordStart: (domain) => {
      active.set(domain, (active.get(domain) ?? 0) + 1);
    },
    recordReply: (domain, { isAccepted, requestsBackoff }, nowMs) => {
      const activeBefore = active.get(domain) ?? 1;
      if (activeBefore <= 1) active.delete(domain);
      else active.set(domain, activeBefore - 1);
      const throttled = throttledDomains.get(domain);
      if (requestsBackoff)
        throttledDomains.set(
          domain,
          throttleFurther(throttled, Math.min(activeBefore, maxConcurrent), nowMs),
        );
      else if (isAccepted && throttled && hasRecovered(throttled, maxConcurrent))
        throttledDomains.delete(domain);
    },
  };
}

/** Mails that left together are told off together: that counts once. */
function throttleFurther(
  throttled: ThrottledDomain | undefined,
  active: number,
  nowMs: number,
): ThrottledDomain {
  if (throttled && nowMs < throttled.backoffUntilMs) return throttled;
  const backoffMs = throttled ? Math.min(throttled.backoffMs * 2, MAX_BACKOFF_MS) : MIN_BACKOFF_MS;
  const concurrencyLimit = Math.max(
    1,
    Math.floor(Math.min(throttled?.concurrencyLimit ?? active, active) / 2),
  );
  return { concurrencyLimit, backoffMs, backoffUntilMs: nowMs + backoffMs, acceptedSinceChange: 0 };
}

function hasRecovered(throttled: ThrottledDomain, maxConcurrent: number): boolean {
  throttled.acceptedSinceChange += 1;
  if (throttled.acceptedSinceChange < throttled.concurrencyLimit) return false;
  throttled.acceptedSinceChange = 0;
  throttled.concurrencyLimit += 1;
  throttled.backoffMs = Math.max(MIN_BACKOFF_MS, throttled.backoffMs / 2);
  return throttled.concurrencyLimit >= maxConcurrent;
}
