import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Metrics of this process, for Prometheus. */
export interface Metrics {
  readonly contentType: string;
  /** Counts an attempt to send a mail. */
  countMail(kind: 'digest' | 'transactional', outcome: string): void;
  observeJob(job: string, seconds: number, hasSucceeded: boolean): void;
  /** Observes a batch from its claim to its last recorded result. */
  observeBatch(seconds: number): void;
  /** Observes a statement that batches wait for. */
  observeBatchStep(step: 'claim' | 'record', seconds: number): void;
  observeRequest(labels: { method: string; route: string; status: number }, seconds: number): void;
  /** Renders the metrics in Prometheus' text format 0.0.4. */
  renderText(): Promise<string>;
}

/** From the duration of a statement to that of a slow relay. */
const DURATION_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120];

/** Creates the metrics of a process. Those of Node.js are collected from the first rendering on. */
export function createMetrics({ version }: { version: string }): Metrics {
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
    help: 'Attempts to send a mail in this process, by outcome.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const jobs = new Histogram({
    name: 'paperboy_job_duration_seconds',
    help: 'Duration of jobs.',
    labelNames: ['job'],
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  });
  const failedJobs = new Counter({
    name: 'paperboy_jobs_failed_total',
    help: 'Jobs that failed.',
    labelNames: ['job'],
    registers,
  });
  const batches = new Histogram({
    name: 'paperboy_batch_duration_seconds',
    help: 'From the claim of a batch to the last recorded result.',
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  });
  const steps = new Histogram({
    name: 'paperboy_batch_step_duration_seconds',
    help: 'Duration of the statements that claim a batch and record results.',
    labelNames: ['step'],
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  });
  const requests = new Histogram({
    name: 'paperboy_http_request_duration_seconds',
    help: 'Duration of requests, by route.',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  });
  let hasDefaultMetrics = false;
  return {
    contentType: registry.contentType,
    countMail: (kind, outcome) => mails.inc({ kind, outcome }),
    observeJob: (job, seconds, hasSucceeded) => {
      jobs.observe({ job }, seconds);
      if (!hasSucceeded) failedJobs.inc({ job });
    },
    observeBatch: (seconds) => batches.observe(seconds),
    observeBatchStep: (step, seconds) => steps.observe({ step }, seconds),
    observeRequest: (labels, seconds) => requests.observe(labels, seconds),
    renderText: () => {
      if (!hasDefaultMetrics) collectDefaultMetrics({ register: registry });
      hasDefaultMetrics = true;
      return registry.metrics();
    },
  };
}
