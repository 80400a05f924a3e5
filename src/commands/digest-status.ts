import { describeDelays, formatCount, formatQuantity } from '../copy/en/format.ts';
import { DELIVERY_STATES } from '../domain/deliveries/delivery.ts';
import type { DigestStatus } from '../services/digests/digest-status.ts';

/** The counts as JSON. */
export function digestStatusToJson(status: DigestStatus) {
  const { digest, audience, states, ratePerSecond, secondsLeft, delays } = status;
  return {
    kind: digest.kind,
    date: digest.date,
    audience,
    states,
    rate_per_second: Math.round(ratePerSecond * 10) / 10,
    seconds_left: secondsLeft,
    delay_seconds: delays,
  };
}

/** The counts as text, with only the states that occur. */
export function formatDigestStatus(status: DigestStatus): string {
  const { digest, audience, states, scheduled, ...progress } = status;
  const counted = DELIVERY_STATES.filter((state) => states[state] > 0).map(
    (state) => `  ${state.padEnd(9)} ${formatCount(states[state]).padStart(10)}`,
  );
  const headline = `The ${digest.kind} digest of ${digest.date}, No. ${digest.number}: ${formatQuantity(audience, 'reader')}.`;
  const waiting = progress.due + progress.inProgress;
  const notes = [
    ...(waiting > 0 ? [`${formatCount(waiting)} to send now${formatSendRate(progress)}.`] : []),
    ...(scheduled > 0
      ? [`${formatCount(scheduled)} ${scheduled === 1 ? 'waits' : 'wait'} for a later time.`]
      : []),
    ...(states.expired > 0
      ? [
          `${formatCount(states.expired)} expired: the next digest was due first. “paperboy deliveries list --state expired” lists them.`,
        ]
      : []),
    ...(progress.delays === null ? [] : [describeDelays(progress.delays)]),
    ...(digest.pausedAt === null ? [] : [`It is paused. ${digest.pauseReason ?? ''}`.trim()]),
    ...(digest.cancelledAt === null ? [] : ['It was cancelled.']),
  ];
  return [headline, ...counted, ...notes].join('\n');
}

function formatSendRate({
  ratePerSecond,
  secondsLeft,
}: Pick<DigestStatus, 'ratePerSecond' | 'secondsLeft'>): string {
  if (ratePerSecond === 0) return '';
  const left = secondsLeft === null ? '' : `, ${formatCount(secondsLeft)} s left`;
  return ` at ${formatCount(Math.round(ratePerSecond))}/s${left}`;
}

/** The counts on one line. */
export function formatSendProgress(status: DigestStatus): string {
  const { audience, states, due, inProgress, ratePerSecond, secondsLeft } = status;
  const left = secondsLeft === null ? '' : `, ${formatCount(secondsLeft)} s left`;
  return `${formatCount(states.sent)} of ${formatCount(audience)} sent, ${formatCount(due + inProgress)} to send, ${Math.round(ratePerSecond)}/s${left}`;
}
