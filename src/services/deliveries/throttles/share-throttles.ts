import type { Db } from '../../../db/client.ts';
import {
  listDomainThrottles,
  removeDomainThrottles,
  storeDomainThrottles,
} from '../../../db/deliveries/domain-throttles.ts';
import type { DomainThrottle, ThrottleState } from '../../../domain/deliveries/domain-throttle.ts';
import type { Clock } from '../../../domain/time/clock.ts';
import type { Timers } from '../../../relay/timers.ts';
import type { Log } from '../../monitoring/log.ts';

/** Shares with other workers which domains asked to slow down. */
interface SharedThrottles {
  /** To be called before a batch is claimed. The first time it waits for what others know; from
   *  then on this is read in the background while batches are active. Never rejects. */
  begin(): Promise<void>;
  /** Stores what others do not know yet. Never rejects. */
  flush(): Promise<void>;
}

interface ShareDeps {
  db: Db;
  clock: Clock;
  throttle: Pick<DomainThrottle, 'adopt' | 'takeChanges'>;
  /** Whether batches are active. */
  isActive: () => boolean;
  timers: Timers;
  /** Aborted when the process is to end: `flush` stores the rest. */
  stopping: AbortSignal;
  log: Log;
}

/** How often workers tell one another, in ms: half of the shortest back-off. */
const SHARE_INTERVAL_MS = 1000;

/** A domain limits all mail that it gets, whichever worker sends it, and knows nothing of our
 *  restarts. */
export function shareThrottles(deps: ShareDeps): SharedThrottles {
  const { db, clock, throttle, timers, log } = deps;
  let unsaved = new Map<string, ThrottleState | null>();
  /** The back-offs that were adopted, by domain: one that is over must not come back. */
  let adopted = new Map<string, number>();
  let isScheduled = false;
  let sharing: Promise<void> | null = null;
  let first: Promise<void> | null = null;

  const noteChanges = () => {
    for (const [domain, state] of throttle.takeChanges()) unsaved.set(domain, state);
  };

  const store = async () => {
    noteChanges();
    if (unsaved.size === 0) return;
    const changes = unsaved;
    unsaved = new Map();
    const throttled = new Map<string, ThrottleState>();
    for (const [domain, state] of changes) if (state) throttled.set(domain, state);
    const recovered = [...changes.keys()].filter((domain) => !throttled.has(domain));
    try {
      await storeDomainThrottles(db, throttled, clock());
      await removeDomainThrottles(db, recovered, clock());
    } catch (error) {
      unsaved = new Map([...changes, ...unsaved]);
      throw error;
    }
  };

  const adoptOthers = async () => {
    const stored = await listDomainThrottles(db, clock());
    for (const { domain, ...state } of stored)
      if (state.backoffUntilMs > (adopted.get(domain) ?? 0))
        throttle.adopt(domain, state, clock().getTime());
    adopted = new Map(stored.map(({ domain, backoffUntilMs }) => [domain, backoffUntilMs]));
  };

  const share = () => {
    sharing ??= store()
      .then(adoptOthers)
      .catch((err) => log('warn', 'throttles of domains not shared', { err }))
      .finally(() => {
        sharing = null;
      });
    return sharing;
  };

  const schedule = () => {
    if (isScheduled) return;
    isScheduled = true;
    timers.after(SHARE_INTERVAL_MS, () => {
      isScheduled = false;
      if (deps.stopping.aborted) return;
      noteChanges();
      if (!deps.isActive() && unsaved.size === 0) return;
      void share().then(schedule);
    });
  };

  return {
    begin: async () => {
      first ??= share();
      await first;
      schedule();
    },
    flush: async () => {
      await sharing;
      noteChanges();
      if (unsaved.size > 0) await share();
    },
  };
}
