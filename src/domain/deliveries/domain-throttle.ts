import { evictOldest } from '../evict-oldest.ts';

/** The first back-off of a domain, in ms, doubled each time that the domain asks again. */
const MIN_BACKOFF_MS = 2000;
const MAX_BACKOFF_MS = 300_000;

/** Far more than limit a single installation; a relay that says so of every domain has more. */
const MAX_THROTTLED_DOMAINS = 5000;

/** `wait`: the limit of concurrent mails is reached. `back-off`: no mail may be sent before
 *  `untilMs`. */
type ThrottleDecision = { kind: 'send' } | { kind: 'wait' } | { kind: 'back-off'; untilMs: number };

const SEND_NOW: ThrottleDecision = { kind: 'send' };
const WAIT: ThrottleDecision = { kind: 'wait' };

/** How much a domain is throttled, as workers tell one another. */
export interface ThrottleState {
  /** Mails to the domain that may be in flight at once. */
  concurrencyLimit: number;
  /** The length of the last back-off. */
  backoffMs: number;
  backoffUntilMs: number;
}

interface ThrottledDomain extends ThrottleState {
  /** Mails accepted since the limit last changed. */
  acceptedSinceChange: number;
}

/** Limits the mails in flight to each recipient domain, once the domain has asked to slow down. */
export interface DomainThrottle {
  decide(domain: string, nowMs: number): ThrottleDecision;
  recordStart(domain: string): void;
  /** `requestsBackoff`: the reply was 421 or 4.7.x. */
  recordReply(
    domain: string,
    reply: { isAccepted: boolean; requestsBackoff: boolean },
    nowMs: number,
  ): void;
  /** Takes over what the domain has asked another worker, unless its own back-off lasts longer. */
  adopt(domain: string, state: ThrottleState, nowMs: number): void;
  /** The domains that were throttled or have recovered by replies to this worker since the last
   *  call; null for the latter. */
  takeChanges(): Map<string, ThrottleState | null>;
}

/**
 * Additive increase, multiplicative decrease (Chiu and Jain 1989). A domain that asks to slow down
 * gets no mail during its back-off, then half as many at once as before, and one more each time
 * that as many mails as its limit were accepted, until the limit is `maxConcurrent` again.
 */
export function createDomainThrottle(maxConcurrent: number): DomainThrottle {
  const active = new Map<string, number>();
  const throttledDomains = new Map<string, ThrottledDomain>();
  let changes = new Map<string, ThrottleState | null>();
  return {
    decide: (domain, nowMs) => {
      const throttled = throttledDomains.size === 0 ? undefined : throttledDomains.get(domain);
      if (throttled === undefined) return SEND_NOW;
      if (nowMs < throttled.backoffUntilMs)
        return { kind: 'back-off', untilMs: throttled.backoffUntilMs };
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
      if (requestsBackoff) {
        const next = throttleFurther(throttled, Math.min(activeBefore, maxConcurrent), nowMs);
        if (next !== throttled) changes.set(domain, next);
        throttledDomains.set(domain, next);
        evictOldest(throttledDomains, MAX_THROTTLED_DOMAINS);
        evictOldest(changes, MAX_THROTTLED_DOMAINS);
      } else if (isAccepted && throttled && hasRecovered(throttled, maxConcurrent)) {
        throttledDomains.delete(domain);
        changes.set(domain, null);
      }
    },
    adopt: (domain, state, nowMs) => {
      const backoffUntilMs = Math.min(state.backoffUntilMs, nowMs + MAX_BACKOFF_MS);
      const known = throttledDomains.get(domain);
      if (known && known.backoffUntilMs >= backoffUntilMs) return;
      const limit = Math.min(state.concurrencyLimit, known?.concurrencyLimit ?? maxConcurrent);
      throttledDomains.set(domain, {
        concurrencyLimit: Math.max(1, Math.min(limit, maxConcurrent)),
        backoffMs: Math.min(MAX_BACKOFF_MS, Math.max(state.backoffMs, known?.backoffMs ?? 0)),
        backoffUntilMs,
        acceptedSinceChange: 0,
      });
      evictOldest(throttledDomains, MAX_THROTTLED_DOMAINS);
    },
    takeChanges: () => {
      const taken = changes;
      changes = new Map();
      return taken;
    },
  };
}

/** Replies during a back-off are not counted: they answer mails that were sent together. */
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
