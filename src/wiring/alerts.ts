import type { Db } from '../db/client.ts';
import { findDigestById } from '../db/digests/digests.ts';
import {
  type Alert,
  type AlertKind,
  formatDigestAlertSubject,
  type Incident,
} from '../domain/alerts/alert.ts';
import { MINUTE_MS } from '../domain/time/units.ts';
import type { Log } from '../jobs/job-log.ts';
import type { RelayChange } from '../relay/relay.ts';
import type { Alerts } from '../services/alerts/alerts.ts';

/** Where these begin, the log is told more. */
const LOGGED_ELSEWHERE: readonly AlertKind[] = ['relay-down', 'refusals'];

/** Tells the log of incidents. */
export function createAlertLogger(log: Log): {
  onRaised: (alert: Alert) => void;
  onEnded: (incident: Incident) => void;
} {
  return {
    onRaised: ({ kind, subject, sentence }) => {
      if (!LOGGED_ELSEWHERE.includes(kind)) log('error', sentence, { alarm: kind, subject });
    },
    onEnded: ({ kind, subject, raisedAt }) =>
      log('info', 'an alarm is over', { alarm: kind, subject, raisedAt }),
  };
}

/** How often a process notes again that a relay is down, in ms: an alarm that nobody notes any more ends. */
const RAISE_INTERVAL_MS = MINUTE_MS;

/** Keeps the alarms of relays: one is open as long as some process finds its relay out of order. */
export function createRelayAlerts({ alerts, log }: { alerts: Alerts; log: Log }): {
  note(change: RelayChange): void;
  close(): void;
} {
  const timers = new Map<string, NodeJS.Timeout>();
  const stopRaising = (relay: string) => {
    clearInterval(timers.get(relay));
    timers.delete(relay);
  };
  const logFailure = (done: Promise<void>) =>
    void done.catch((err) => log('warn', 'an alarm was not kept', { err }));
  return {
    note: ({ relay: subject, isAvailable: isInOrder, sentence }) => {
      stopRaising(subject);
      if (isInOrder) return logFailure(alerts.end({ kind: 'relay-down', subject }));
      const raise = () => logFailure(alerts.raise({ kind: 'relay-down', subject, sentence }));
      timers.set(subject, setInterval(raise, RAISE_INTERVAL_MS).unref());
      raise();
    },
    close: () => {
      for (const relay of [...timers.keys()]) stopRaising(relay);
    },
  };
}

/** Raises the alarm about a digest that was paused because too many refused it. */
export async function raiseRefusalsAlert(
  { db, alerts }: { db: Db; alerts: Alerts },
  sentence: string,
  digestId: number,
): Promise<void> {
  const digest = await findDigestById(db, digestId);
  if (digest)
    await alerts.raise({ kind: 'refusals', subject: formatDigestAlertSubject(digest), sentence });
}
