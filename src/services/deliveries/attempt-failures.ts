import { ALERT_COPY } from '../../copy/en/alerts.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import { createFailureRateLimit } from '../../domain/deliveries/failure-rate-limit.ts';
import type { AttemptResult } from './attempt.ts';

/** Why a digest must be paused. */
export type PauseCause = Pick<Alert, 'kind' | 'sentence'>;

/** The failures among the attempts of one digest. */
export interface AttemptFailures {
  record(attempt: Pick<AttemptResult, 'outcome' | 'result'>): void;
  /** Returns null while few enough attempts failed. */
  findPauseCause(): PauseCause | null;
}

/** Tracks hard bounces, mails that relays took without an answer, and mails that could not be
 *  composed. */
export function trackAttemptFailures(): AttemptFailures {
  const bounces = createFailureRateLimit();
  const unanswered = createFailureRateLimit();
  const uncomposed = createFailureRateLimit();
  let problem = '';
  return {
    record: ({ outcome, result }) => {
      uncomposed.record(outcome.kind === 'uncomposed');
      if (outcome.kind === 'uncomposed') problem = outcome.problem;
      if (outcome.kind === 'unknown') unanswered.record(true);
      if (outcome.kind !== 'answered') return;
      unanswered.record(false);
      if (result.state === 'sent' || result.state === 'failed')
        bounces.record(result.state === 'failed');
    },
    findPauseCause: () => {
      if (bounces.isExceeded())
        return { kind: 'refusals', sentence: ALERT_COPY.bounceRateExceeded };
      if (unanswered.isExceeded()) return { kind: 'unanswered', sentence: ALERT_COPY.unanswered };
      if (uncomposed.isExceeded())
        return { kind: 'compose-failed', sentence: ALERT_COPY.composeFailed(problem) };
      return null;
    },
  };
}
