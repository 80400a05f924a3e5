import type { Alert } from '../../domain/alerts/alert.ts';
import { DELIVERY_STATES } from '../../domain/deliveries/delivery.ts';
import { toPublicSourceName } from '../../domain/sources/source-name.ts';
import {
  capitalize,
  formatCount,
  formatLongDate,
  formatQuantity,
  spellNumber,
} from '../../domain/text/format.ts';
import { formatMoment, formatRelativeMoment } from '../../domain/time/format-moment.ts';
import { MINUTE_MS } from '../../domain/time/units.ts';
import type { InstallationStatus } from '../../services/monitoring/read-status.ts';
import { READINESS_CHECKS } from '../../services/monitoring/readiness.ts';
import { digestHref } from '../pages/hrefs.ts';
import type { PageLayouts } from '../pages/page-layout.ts';
import { describeSourceState } from './source-sentence.ts';
import type { StatusView } from './status-views.ts';

/** How the installation is: a headline, what is wrong, and what was last done. */
export function buildStatusPage(view: StatusView, layouts: PageLayouts) {
  const { status, checks, version, isForOperator } = view;
  const { now, sources, nextCompose, workers } = status;
  const broken = READINESS_CHECKS.filter((check) => checks[check].status !== 'ok');
  return {
    layout: layouts.create({ title: 'Status' }),
    headline: describeHealth(broken.length + status.alerts.length),
    at: `${formatMoment(now)}. Paperboy ${version}.`,
    alerts: status.alerts.map((alert) => ({
      sentence: isForOperator ? alert.sentence : PUBLIC_ALERT_SENTENCES[alert.kind],
      since: `Since ${formatRelativeMoment(alert.raisedAt, now)}.`,
    })),
    hasAlerts: status.alerts.length > 0,
    checks: READINESS_CHECKS.map((check) => ({
      name: capitalize(check),
      status: capitalize(checks[check].status),
      isBroken: checks[check].status !== 'ok',
      sentence: checks[check].sentence,
    })),
    sources: sources.map((source) => ({
      name: isForOperator ? source.name : toPublicSourceName(source.name),
      sentence: describeSourceState(source, now),
      detail:
        isForOperator && source.lastFetch?.outcome === 'failed'
          ? (source.lastFetch.detail ?? '')
          : '',
    })),
    hasSources: sources.length > 0,
    nextDaily: formatRelativeMoment(nextCompose.daily, now),
    nextWeekly: formatRelativeMoment(nextCompose.weekly, now),
    digests: status.digests.map((each) =>
      buildDigestModel(each, { base: layouts.base, now, isForOperator }),
    ),
    queue: describeQueue(status),
    workers: isForOperator ? describeWorkers(workers) : '',
    operatorHref: isForOperator ? '' : `${layouts.base}/status?for=operator`,
  };
}

function describeHealth(problemCount: number): string {
  if (problemCount === 0) return 'All is in order';
  return problemCount === 1
    ? 'One thing is not in order'
    : `${capitalize(spellNumber(problemCount))} things are not in order`;
}

/** What is told of an alarm to people who cannot mend it. */
const PUBLIC_ALERT_SENTENCES = {
  'source-failed': 'A source of papers cannot be read at the moment.',
  'source-quiet': 'A source brought no papers on a working day.',
  'source-stale': 'A source brought an old list again.',
  'papers-late': 'The papers of a working day came late.',
  'relay-down': 'Mail goes out more slowly than usual, or waits.',
  refusals: 'A digest is paused.',
  'queue-behind': 'Mail goes out later than usual.',
} satisfies Record<Alert['kind'], string>;

function buildDigestModel(
  {
    digest,
    audience,
    states,
    due,
    inProgress: inHand,
    scheduled: later,
  }: InstallationStatus['digests'][number],
  { base, now, isForOperator }: { base: string; now: Date; isForOperator: boolean },
) {
  const waiting = due + inHand;
  const progress =
    digest.cancelledAt !== null
      ? 'It was cancelled.'
      : digest.pausedAt !== null
        ? `It is paused. ${isForOperator ? (digest.pauseReason ?? '') : ''}`.trim()
        : waiting > 0
          ? 'It is being sent.'
          : later > 0
            ? 'What is left waits for its readers’ hours.'
            : 'All of it is out.';
  return {
    href: digestHref(base, digest),
    title: `${capitalize(digest.kind)} digest of ${formatLongDate(digest.date)}, No. ${digest.number}`,
    sentence: `${formatQuantity(digest.papers, 'paper')}, composed ${formatRelativeMoment(digest.composedAt, now)}. ${progress}`,
    hasStates: isForOperator,
    states: DELIVERY_STATES.map((state) => ({ state, count: formatCount(states[state]) })),
    audience: formatCount(audience),
  };
}

function describeQueue({ waiting, now }: InstallationStatus): string {
  const late = [
    ['Digests', waiting.deliveries.since],
    ['E-mails', waiting.transactional.since],
  ] as const;
  const sentences = late.flatMap(([what, since]) =>
    since === null ? [] : [`${what} that are due have waited for ${describeAge(since, now)}.`],
  );
  return sentences.length === 0 ? 'Nothing that is due waits.' : sentences.join(' ');
}

function describeAge(since: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - since.getTime()) / MINUTE_MS);
  if (minutes < 1) return 'less than a minute';
  return minutes < 120
    ? formatQuantity(minutes, 'minute')
    : formatQuantity(Math.floor(minutes / 60), 'hour');
}

function describeWorkers(workers: number): string {
  return workers === 0
    ? 'No worker lives: no mail goes out.'
    : `${capitalize(spellNumber(workers))} ${workers === 1 ? 'worker lives' : 'workers live'}.`;
}
