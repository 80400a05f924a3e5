import type { RelayChange } from '../../relay/relay.ts';
import type { Alerts } from '../alerts/alerts.ts';
import type { Log } from '../monitoring/log.ts';

interface RelayChangeDeps {
  alerts: Alerts;
  log: Log;
  /** Enqueues the batches that are due. */
  enqueueDue: () => Promise<unknown>;
  /** Whether the relay accepts the mail of some other worker now. */
  isInUse: (relay: string) => Promise<boolean>;
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

/**
 * Logs each change. A relay that others send through is no alert: it may allow fewer connections
 * than all workers want, and this one gets none. Else keeps an alert open while it is down, and
 * enqueues the due batches when it is back: their deferred jobs have run out.
 */
export function createRelayChangeHandler(deps: RelayChangeDeps): RelayChangeHandler {
  const { alerts, log, enqueueDue, isInUse } = deps;
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
        if ((await isInUse(subject)) || timers.get(subject) !== timer) return;
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
