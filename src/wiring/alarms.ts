import type { Db } from '../db/client.ts';
import { findDigestById } from '../db/digests.ts';
import { type Alarm, type AlarmKind, digestSubject, type Incident } from '../domain/alarm.ts';
import type { Log } from '../jobs/job-log.ts';
import type { RelayChange } from '../relay/relay.ts';
import type { Alarms } from '../services/support/alarms.ts';

/** Where these begin, the log is told more. */
const TOLD_ELSEWHERE: readonly AlarmKind[] = ['relay-down', 'refusals'];

/** Tells the log of incidents. */
export function describeAlarms(log: Log): {
  onRaised: (alarm: Alarm) => void;
  onEnded: (incident: Incident) => void;
} {
  return {
    onRaised: ({ kind, subject, sentence }) => {
      if (!TOLD_ELSEWHERE.includes(kind)) log('error', sentence, { alarm: kind, subject });
    },
    onEnded: ({ kind, subject, raisedAt }) =>
      log('info', 'an alarm is over', { alarm: kind, subject, raisedAt }),
  };
}

/** How often a process notes again that a relay is down, in ms: an alarm that nobody notes any more ends. */
const NOTE_EVERY_MS = 60_000;

/** Keeps the alarms of relays: one is open as long as some process finds its relay out of order. */
export function watchRelays({ alarms, log }: { alarms: Alarms; log: Log }): {
  note(change: RelayChange): void;
  close(): void;
} {
  const timers = new Map<string, NodeJS.Timeout>();
  const stop = (relay: string) => {
    clearInterval(timers.get(relay));
    timers.delete(relay);
  };
  const keep = (done: Promise<void>) =>
    void done.catch((err) => log('warn', 'an alarm was not kept', { err }));
  return {
    note: ({ relay: subject, isInOrder, sentence }) => {
      stop(subject);
      if (isInOrder) return keep(alarms.end({ kind: 'relay-down', subject }));
      const raise = () => keep(alarms.raise({ kind: 'relay-down', subject, sentence }));
      timers.set(subject, setInterval(raise, NOTE_EVERY_MS).unref());
      raise();
    },
    close: () => {
      for (const relay of [...timers.keys()]) stop(relay);
    },
  };
}

/** Raises the alarm about a digest that was paused because too many refused it. */
export async function raiseRefusals(
  { db, alarms }: { db: Db; alarms: Alarms },
  sentence: string,
  digestId: number,
): Promise<void> {
  const digest = await findDigestById(db, digestId);
  if (digest) await alarms.raise({ kind: 'refusals', subject: digestSubject(digest), sentence });
}
