import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What this process did, for Prometheus. */
export interface Metrics {
  readonly contentType: string;
  /** Mails that a relay answered, or did not. */
  mails(kind: 'digest' | 'letter', outcome: string): void;
  job(job: string, seconds: number, isGood: boolean): void;
  /** A batch from its claim to its end. */
  batch(seconds: number): void;
  /** A statement that batches wait for. */
  step(step: 'claim' | 'record', seconds: number): void;
  request(labels: { method: string; route: string; status: number }, seconds: number): void;
  /** In Prometheus' text format 0.0.4. */
  text(): Promise<string>;
}

/** In seconds: from a statement to a slow relay. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120];

/** Opens the metrics of a process. Those of Node.js itself are counted from the first time that somebody asks. */
export function openMetrics({ version }: { version: string }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({
    name: 'paperboy_build_info',
    help: 'Always 1; the label says which version runs.',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1);
  const mails = new Counter({
    name: 'paperboy_mails_total',
    help: 'Tries to send a mail in this process, by what came of them.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const jobs = new Histogram({
    name: 'paperboy_job_duration_seconds',
    help: 'How long jobs held their worker.',
    labelNames: ['job'],
    buckets: BUCKETS,
    registers,
  });
  const failed = new Counter({
    name: 'paperboy_jobs_failed_total',
    help: 'Jobs that failed.',
    labelNames: ['job'],
    registers,
  });
  const batches = new Histogram({
    name: 'paperboy_batch_duration_seconds',
    help: 'From the claim of a batch to the last recorded result.',
    buckets: BUCKETS,
    registers,
  });
  const steps = new Histogram({
    name: 'paperboy_batch_step_duration_seconds',
    help: 'How long the database took to claim a batch, and to record results.',
    labelNames: ['step'],
    buckets: BUCKETS,
    registers,
  });
  const requests = new Histogram({
    name: 'paperboy_http_request_duration_seconds',
    help: 'How long requests took, by route.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers,
  });
  let hasProcess = false;
  return {
    contentType: registry.contentType,
    mails: (kind, outcome) => mails.inc({ kind, outcome }),
    job: (job, seconds, isGood) => {
      jobs.observe({ job }, seconds);
      if (!isGood) failed.inc({ job });
    },
    batch: (seconds) => batches.observe(seconds),
    step: (step, seconds) => steps.observe({ step }, seconds),
    request: (labels, seconds) => requests.observe(labels, seconds),
    text: () => {
      if (!hasProcess) collectDefaultMetrics({ register: registry });
      hasProcess = true;
      return registry.metrics();
    },
  };
}
