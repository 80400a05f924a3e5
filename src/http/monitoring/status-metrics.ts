import { Gauge, Registry } from 'prom-client';
import { ALERT_KINDS } from '../../domain/alerts/alert.ts';
import { FETCH_OUTCOMES } from '../../domain/sources/source.ts';
import type { InstallationStatus } from '../../services/monitoring/read-status.ts';

/**
 * The status as Prometheus metrics, the same in every process; null means that the database did not
 * answer.
 */
export function renderStatusMetrics(status: InstallationStatus | null): Promise<string> {
  const registry = new Registry();
  const gauge = createGaugeFactory(registry);
  gauge('database_up', 'Whether the database answers.')(status === null ? 0 : 1);
  if (status === null) return registry.metrics();
  setSourceGauges(gauge, status);
  setDigestGauges(gauge, status);
  const age = gauge(
    'queue_oldest_due_seconds',
    'Age of the oldest due item that has not been started.',
    'queue',
  );
  const count = gauge(
    'queue_due',
    'Batches and transactional emails that are due and not started.',
    'queue',
  );
  for (const queue of ['deliveries', 'transactional'] as const) {
    const waiting = status.waiting[queue];
    age(
      waiting.since === null ? 0 : toUnixSeconds(status.now) - toUnixSeconds(waiting.since),
      queue,
    );
    count(waiting.count, queue);
  }
  gauge('workers', 'Processes that send mail.')(status.workers);
  const openAlerts = gauge('alerts_open', 'Open alerts.', 'kind');
  for (const kind of ALERT_KINDS) {
    openAlerts(status.alerts.filter((alert) => alert.kind === kind).length, kind);
  }
  return registry.metrics();
}

type GaugeFactory = ReturnType<typeof createGaugeFactory>;

function createGaugeFactory(registry: Registry) {
  return (name: string, help: string, ...labelNames: string[]) => {
    const gauge = new Gauge({ name: `paperboy_${name}`, help, labelNames, registers: [registry] });
    return (value: number, ...labels: string[]) => {
      if (labels.length > 0) gauge.labels(...labels).set(value);
      else gauge.set(value);
    };
  };
}

function setSourceGauges(gauge: GaugeFactory, { sources }: InstallationStatus): void {
  const labelledGauge = (name: string, help: string, ...more: string[]) =>
    gauge(`source_${name}`, help, 'source', ...more);
  const lastFetch = labelledGauge('last_fetch_timestamp_seconds', 'When the last fetch ended.');
  const lastSuccess = labelledGauge(
    'last_success_timestamp_seconds',
    'When the last successful fetch ended.',
  );
  const lastPapers = labelledGauge(
    'last_papers_timestamp_seconds',
    'When the source last had a new paper.',
  );
  const next = labelledGauge('next_fetch_timestamp_seconds', 'When the source is fetched next.');
  const failures = labelledGauge('failures', 'Failures in a row.');
  const papers = labelledGauge('last_fetch_papers', 'Papers of the last fetch.', 'papers');
  const outcomes = labelledGauge(
    'last_fetch_outcome',
    '1 for the outcome of the last fetch.',
    'outcome',
  );
  for (const { name, lastFetch: last, ...source } of sources) {
    const { succeededAt, lastNewPaperAt, nextAt } = source;
    if (succeededAt !== null) lastSuccess(toUnixSeconds(succeededAt), name);
    if (lastNewPaperAt !== null) lastPapers(toUnixSeconds(lastNewPaperAt), name);
    if (nextAt !== null) next(toUnixSeconds(nextAt), name);
    failures(source.consecutiveFailures, name);
    if (last === null) continue;
    lastFetch(toUnixSeconds(last.endedAt), name);
    for (const which of ['found', 'added', 'updated', 'refused'] as const)
      papers(last[which], name, which);
    for (const outcome of FETCH_OUTCOMES) outcomes(last.outcome === outcome ? 1 : 0, name, outcome);
  }
}

function setDigestGauges(gauge: GaugeFactory, { nextCompose, digests }: InstallationStatus): void {
  const labelledGauge = (name: string, help: string, ...more: string[]) =>
    gauge(name, help, 'kind', ...more);
  const next = labelledGauge('next_compose_timestamp_seconds', 'When the next digest is composed.');
  const composed = labelledGauge(
    'digest_composed_timestamp_seconds',
    'When the newest digest was composed.',
  );
  const papers = labelledGauge('digest_papers', 'Papers of the newest digest.');
  const audience = labelledGauge('digest_audience', 'Recipients of the newest digest.');
  const paused = labelledGauge('digest_paused', 'Whether the newest digest is paused.');
  const states = labelledGauge('digest_deliveries', 'Deliveries of the newest digest.', 'state');
  const delay = labelledGauge(
    'digest_delay_seconds',
    'From the hour that readers chose to the first attempt, for the newest digest.',
    'quantile',
  );
  next(toUnixSeconds(nextCompose.daily), 'daily');
  next(toUnixSeconds(nextCompose.weekly), 'weekly');
  for (const { digest, ...accounting } of digests) {
    composed(toUnixSeconds(digest.composedAt), digest.kind);
    papers(digest.papers, digest.kind);
    audience(accounting.audience, digest.kind);
    paused(digest.pausedAt === null ? 0 : 1, digest.kind);
    for (const [state, count] of Object.entries(accounting.states))
      states(count, digest.kind, state);
    if (accounting.delays === null) continue;
    const { p50, p95, p99, max } = accounting.delays;
    for (const [quantile, seconds] of Object.entries({ 0.5: p50, 0.95: p95, 0.99: p99, 1: max }))
      delay(seconds, digest.kind, quantile);
  }
}

/** Seconds since 1970. */
function toUnixSeconds(moment: Date): number {
  return moment.getTime() / 1000;
}
