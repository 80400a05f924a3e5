import type { RelayChange } from '../../relay/relay.ts';
import type { Alerts } from '../alerts/alerts.ts';
import type { ClockGuard } from '../monitoring/clock-guard.ts';
import type { Log } from '../monitoring/log.ts';

interface RelayChangeDeps {
  alerts: Alerts;
  log: Log;
  /** Enqueues the batches that are due. */
  enqueueDue: () => Promise<unknown>;
  /** Whether the relay has accepted a mail of some worker after `since`, by the database's time. */
  isInUse: (relay: string, since: Date) => Promise<boolean>;
  clockGuard: Pick<ClockGuard, 'databaseClock'>;
}

/** Reacts when a relay goes down or comes back. */
export interface RelayChangeHandler {
  handle(change: RelayChange): void;
  /** Stops raising alerts; those that are open end by themselves. */
  close(): void;
}

/** How often a process raises the alert of a relay again while the relay is down, in ms. The
 *  monitor ends an alert that no process has raised for a while. */
const RAISE_INTERVAL_MS = 60_000;

/** How long after its last accepted mail a relay counts as in use, in ms. */
const RELAY_USE_PERIOD_MS = 30_000;

/**
 * Logs each change. A relay that others send through is no alert: it may allow fewer connections
 * than all workers want, and this one gets none. Else keeps an alert open while it is down, and
 * enqueues the due batches when it is back: their deferred jobs have run out.
 */
export function createRelayChangeHandler(deps: RelayChangeDeps): RelayChangeHandler {
  const { alerts, log, enqueueDue, isInUse, clockGuard } = deps;
  const timers = new Map<string, NodeJS.Timeout>();
  const stopRaising = (relay: string) => {
    clearInterval(timers.get(relay));
    timers.delete(relay);
  };
  const attempt = (done: Promise<unknown>, failure: string) =>
    void done.catch((err) => log('warn', failure, { err }));
  return {
    handle: ({ relay: subject, isAvailable, sentence }) => {
      log(isAvailable ? 'info' : 'error', sentence, { relay: subject });
      stopRaising(subject);
      if (isAvailable) {
        attempt(alerts.end({ kind: 'relay-down', subject }), 'relay alert not ended');
        attempt(enqueueDue(), 'due batches not enqueued after a relay came back');
        return;
      }
      const raise = async () => {
        const since = new Date(clockGuard.databaseClock().getTime() - RELAY_USE_PERIOD_MS);
        if ((await isInUse(subject, since)) || timers.get(subject) !== timer) return;
        await alerts.raise({ kind: 'relay-down', subject, sentence });
      };
      const check = () => attempt(raise(), 'relay alert not raised');
      const timer = setInterval(check, RAISE_INTERVAL_MS).unref();
      timers.set(subject, timer);
      check();
    },
    close: () => {
      for (const relay of [...timers.keys()]) stopRaising(relay);
    },
  };
}
