import { cpus, release } from 'node:os';
import type { BenchOptions } from './arguments.ts';
import type { DigestRun } from './digest-run.ts';
import { estimateRatio } from './ratio.ts';
import { messagesPerSecond } from './results.ts';

export interface Measurements {
  options: BenchOptions;
  /** At least one. */
  digestRuns: readonly DigestRun[];
  /** Speed of smtp-source in messages per second, before and after. */
  before: number;
  after: number;
  /** Load average over a minute when the run started. */
  load: number;
}

export type Report = Record<string, unknown>;

/**
 * The report that the benchmark prints as one line. Speeds and costs are those of all digests
 * together, without the time in which they were stopped; `send_ms` is the time of one digest from
 * the start of the command to its last result.
 */
export function buildReport({ options, digestRuns, before, after, load }: Measurements): Report {
  const [first] = digestRuns;
  if (!first) throw new Error('No digest was sent: there is nothing to report.');
  const total = (read: (run: DigestRun) => number) =>
    digestRuns.reduce((sum, run) => sum + read(run), 0);
  const count = total(({ sent }) => sent.count);
  const rate = digestRuns.length / total((run) => 1 / readRate(run));
  const pairs = digestRuns.flatMap(({ sending }) => sending.windows.pairs);
  const estimate = estimateRatio(pairs);
  const baseline =
    pairs.length > 0 ? median(pairs.map(({ source }) => source)) : (before + after) / 2;
  const perMessage = (ms: number) => round(ms / count, 4);
  const serverCosts = Object.keys(first.sending.serversCpuMs).map((name) => {
    const ms = total(({ sending }) => sending.serversCpuMs[name] ?? 0);
    return [`${name}_cpu_ms_per_message`, perMessage(ms)] as const;
  });
  return {
    subscribers: options.subscribers,
    digests: digestRuns.length,
    message_bytes: Math.round(first.messageBytes),
    compose_ms: Math.round(first.composeMs),
    messages_per_second: round(rate, 1),
    baseline_messages_per_second: round(baseline, 1),
    ratio: round(estimate?.ratio ?? rate / baseline, 3),
    ratio_interval: estimate && [round(estimate.low, 3), round(estimate.high, 3)],
    window_pairs: pairs.length,
    cpu_ms_per_message: perMessage(total(({ sending }) => sending.workersCpuMs)),
    peak_rss_mb: round(Math.max(...digestRuns.map(({ sending }) => sending.peakRssMb)), 1),
    table_bytes_per_delivery: Math.round(first.tableBytes / first.sent.count),
    wal_bytes_per_message: first.walBytes && Math.round(first.walBytes / first.sent.count),
    send_ms: Math.round(total(readSendMs) / digestRuns.length),
    delay_seconds: first.sending.delaySeconds,
    queue: options.queue,
    is_embedded: options.isEmbedded,
    workers: options.workers,
    connections: options.connections,
    dkim: options.isSigned,
    papers: options.papers,
    old_deliveries: options.oldDeliveries,
    states: first.sending.states,
    baseline_before: round(before, 1),
    baseline_after: round(after, 1),
    ...Object.fromEntries(serverCosts),
    ...first.durability,
    load_before: round(load, 2),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    kernel: release(),
    node: process.version,
  };
}

/** Messages per second while Paperboy was not stopped. */
function readRate({ sent, sending }: DigestRun): number {
  const { stoppedMs } = sending.windows;
  const lastAt = new Date(sent.lastAt.getTime() - stoppedMs);
  return messagesPerSecond({ ...sent, lastAt }, readSendMs({ sent, sending }));
}

function readSendMs({ sent, sending }: Pick<DigestRun, 'sent' | 'sending'>): number {
  return sent.lastAt.getTime() - sending.startedAt.getTime() - sending.windows.stoppedMs;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return (low + high) / 2;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
