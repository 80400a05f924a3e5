import { Gauge, Registry } from 'prom-client';
import { ALARM_KINDS } from '../domain/alarm.ts';
import { FETCH_OUTCOMES } from '../domain/fetched.ts';
import type { Status } from '../services/read-status.ts';

/** How the installation is, for Prometheus; with null only that the database does not answer. The same
 *  whichever process is asked. */
export function statusMetrics(status: Status | null): Promise<string> {
  const registry = new Registry();
  const gauge = gaugesOf(registry);
  gauge('database_up', 'Whether the database answers.')(status === null ? 0 : 1);
  if (status === null) return registry.metrics();
  noteSources(gauge, status);
  noteDigests(gauge, status);
  const age = gauge(
    'queue_oldest_due_seconds',
    'How long the first that is due and not begun has waited.',
    'queue',
  );
  const count = gauge('queue_due', 'Batches and letters that are due and not begun.', 'queue');
  for (const queue of ['deliveries', 'letters'] as const) {
    const waiting = status.waiting[queue];
    age(waiting.since === null ? 0 : seconds(status.now) - seconds(waiting.since), queue);
    count(waiting.count, queue);
  }
  gauge('workers', 'Processes that send mail.')(status.workers);
  const open = gauge('alarms_open', 'Alarms whose trouble lasts.', 'kind');
  for (const kind of ALARM_KINDS) {
    open(status.alarms.filter((alarm) => alarm.kind === kind).length, kind);
  }
  return registry.metrics();
}

type Gauges = ReturnType<typeof gaugesOf>;

function gaugesOf(registry: Registry) {
  return (name: string, help: string, ...labelNames: string[]) => {
    const gauge = new Gauge({ name: `paperboy_${name}`, help, labelNames, registers: [registry] });
    return (value: number, ...labels: string[]) => {
      if (labels.length > 0) gauge.labels(...labels).set(value);
      else gauge.set(value);
    };
  };
}

function noteSources(gauge: Gauges, { sources }: Status): void {
  const of = (name: string, help: string, ...more: string[]) =>
    gauge(`source_${name}`, help, 'source', ...more);
  const fetched = of('last_fetch_timestamp_seconds', 'When the last fetch ended.');
  const succeeded = of('last_success_timestamp_seconds', 'When the last fetch ended well.');
  const brought = of('last_papers_timestamp_seconds', 'When it last brought a new paper.');
  const next = of('next_fetch_timestamp_seconds', 'When it is asked next.');
  const failures = of('failures', 'Failures in a row.');
  const papers = of('last_fetch_papers', 'Papers of the last fetch.', 'papers');
  const outcomes = of('last_fetch_outcome', '1 for what came of the last fetch.', 'outcome');
  for (const { name, last, ...source } of sources) {
    const { succeededAt, broughtAt, nextAt } = source;
    if (succeededAt !== null) succeeded(seconds(succeededAt), name);
    if (broughtAt !== null) brought(seconds(broughtAt), name);
    if (nextAt !== null) next(seconds(nextAt), name);
    failures(source.failures, name);
    if (last === null) continue;
    fetched(seconds(last.endedAt), name);
    for (const which of ['found', 'added', 'updated', 'refused'] as const)
      papers(last[which], name, which);
    for (const outcome of FETCH_OUTCOMES) outcomes(last.outcome === outcome ? 1 : 0, name, outcome);
  }
}

function noteDigests(gauge: Gauges, { nextCompose, digests }: Status): void {
  const of = (name: string, help: string, ...more: string[]) => gauge(name, help, 'kind', ...more);
  const next = of('next_compose_timestamp_seconds', 'When the next digest is composed.');
  const composed = of('digest_composed_timestamp_seconds', 'When the newest digest was composed.');
  const papers = of('digest_papers', 'Papers of the newest digest.');
  const audience = of('digest_audience', 'Readers of the newest digest.');
  const paused = of('digest_paused', 'Whether the newest digest is paused.');
  const states = of('digest_deliveries', 'Deliveries of the newest digest.', 'state');
  next(seconds(nextCompose.daily), 'daily');
  next(seconds(nextCompose.weekly), 'weekly');
  for (const { digest, ...accounting } of digests) {
    composed(seconds(digest.composedAt), digest.kind);
    papers(digest.papers, digest.kind);
    audience(accounting.audience, digest.kind);
    paused(digest.pausedAt === null ? 0 : 1, digest.kind);
    for (const [state, count] of Object.entries(accounting.states))
      states(count, digest.kind, state);
  }
}

/** Since 1970, as Prometheus counts. */
function seconds(moment: Date): number {
  return moment.getTime() / 1000;
}
