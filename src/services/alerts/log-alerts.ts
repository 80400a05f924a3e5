import type { Alert, AlertKind, Incident } from '../../domain/alerts/alert.ts';
import type { Log } from '../monitoring/log.ts';

/** Whoever raises these logs them with more facts. */
const LOGGED_BY_CALLER: readonly AlertKind[] = [
  'relay-down',
  'refusals',
  'unanswered',
  'compose-failed',
  'failover',
  'clock-skew',
  'database-refuses',
];

/** Returns callbacks for `createAlerts` that log when an incident begins and ends. */
export function createAlertLogger(log: Log): {
  onRaised: (alert: Alert) => void;
  onEnded: (incident: Incident) => void;
} {
  return {
    onRaised: ({ kind, subject, sentence }) => {
      if (!LOGGED_BY_CALLER.includes(kind)) log('error', sentence, { alert: kind, subject });
    },
    onEnded: ({ kind, subject, raisedAt }) =>
      log('info', 'alert ended', { alert: kind, subject, raisedAt }),
  };
}
