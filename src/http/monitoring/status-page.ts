import {
  capitalize,
  describeDelays,
  formatCount,
  formatLongDate,
  formatQuantity,
} from '../../copy/en/format.ts';
import { formatMoment, formatRelativeMoment } from '../../copy/en/format-moment.ts';
import { STATUS_COPY } from '../../copy/en/pages/status.ts';
import { DELIVERY_STATES } from '../../domain/deliveries/delivery.ts';
import { toPublicSourceName } from '../../domain/sources/source-name.ts';
import { MINUTE_MS } from '../../domain/time/units.ts';
import type { InstallationStatus } from '../../services/monitoring/read-status.ts';
import { READINESS_CHECKS } from '../../services/monitoring/readiness.ts';
import { digestHref } from '../pages/hrefs.ts';
import type { PageLayouts } from '../pages/page-layout.ts';
import { describeSourceState } from './source-sentence.ts';
import type { StatusView } from './status-views.ts';

type DigestProgress = InstallationStatus['digests'][number];

/** The status page: a headline, alerts, sources, digests and readiness checks. */
export function buildStatusPage(view: StatusView, layouts: PageLayouts) {
  const { status, checks, version, isForOperator } = view;
  const { now, sources, nextCompose, workers } = status;
  const broken = READINESS_CHECKS.filter((check) => checks[check].status !== 'ok');
  return {
    layout: layouts.create({ title: STATUS_COPY.title }),
    headline: STATUS_COPY.headline(broken.length + status.alerts.length),
    at: STATUS_COPY.at(formatMoment(now), version),
    alerts: status.alerts.map((alert) => ({
      sentence: isForOperator ? alert.sentence : STATUS_COPY.publicAlerts[alert.kind],
      since: STATUS_COPY.since(formatRelativeMoment(alert.raisedAt, now)),
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
    nextDaily: STATUS_COPY.composeAt(formatRelativeMoment(nextCompose.daily, now)),
    nextWeekly: STATUS_COPY.composeAt(formatRelativeMoment(nextCompose.weekly, now)),
    digests: status.digests.map((each) =>
      buildDigestModel(each, { base: layouts.base, now, isForOperator }),
    ),
    queue: describeQueue(status),
    workers: isForOperator ? STATUS_COPY.workers(workers) : '',
    operatorHref: isForOperator ? '' : `${layouts.base}/status?for=operator`,
  };
}

function buildDigestModel(
  progress: DigestProgress,
  { base, now, isForOperator }: { base: string; now: Date; isForOperator: boolean },
) {
  const { digest, audience, states, delays } = progress;
  const { kind, number, papers } = digest;
  const day = formatLongDate(digest.date);
  const moment = formatRelativeMoment(digest.composedAt, now);
  return {
    href: digestHref(base, digest),
    title: STATUS_COPY.digestTitle({ kind, day, number }),
    sentence: STATUS_COPY.digest({
      papers,
      moment,
      progress: describeProgress(progress, isForOperator),
    }),
    hasStates: isForOperator,
    states: DELIVERY_STATES.map((state) => ({ state, count: formatCount(states[state]) })),
    audience: formatCount(audience),
    delays: isForOperator && delays !== null ? describeDelays(delays) : '',
  };
}

function describeProgress(
  { digest, due, inProgress, scheduled }: DigestProgress,
  isForOperator: boolean,
): string {
  const copy = STATUS_COPY.progress;
  if (digest.cancelledAt !== null) return copy.cancelled;
  if (digest.pausedAt !== null) {
    return `${copy.paused} ${isForOperator ? (digest.pauseReason ?? '') : ''}`.trim();
  }
  if (due + inProgress > 0) return copy.sending;
  return scheduled > 0 ? copy.scheduled : copy.done;
}

function describeQueue({ waiting, now }: InstallationStatus): string {
  const copy = STATUS_COPY.queue;
  const queues = [
    [copy.digests, waiting.deliveries.since],
    [copy.emails, waiting.transactional.since],
  ] as const;
  const sentences = queues.flatMap(([name, since]) =>
    since === null ? [] : [copy.waiting(name, describeAge(since, now))],
  );
  return sentences.length === 0 ? copy.empty : sentences.join(' ');
}

function describeAge(since: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - since.getTime()) / MINUTE_MS);
  if (minutes < 1) return STATUS_COPY.queue.lessThanAMinute;
  return minutes < 120
    ? formatQuantity(minutes, 'minute')
    : formatQuantity(Math.floor(minutes / 60), 'hour');
}
