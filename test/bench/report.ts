import type { BenchOptions } from './arguments.ts';
import type { DigestRun } from './digest-run.ts';
import { messagesPerSecond } from './results.ts';

export interface Measurements {
  options: BenchOptions;
  digestRun: DigestRun;
  /** Baseline in messages per second, before and after. */
  before: number;
  after: number;
  /** Load average over a minute when the run started. */
  load: number;
}

export type Report = Record<string, unknown>;

/**
 * The report that the benchmark prints as one line. `send_ms` is the time from the start of the
 * command to the last result.
 */
export function buildReport({ options, digestRun, before, after, load }: Measurements): Report {
  const { sending, sent } = digestRun;
  const sendMs = sent.lastAt.getTime() - sending.startedAt.getTime();
  const rate = messagesPerSecond(sent, sendMs);
  const baseline = (before + after) / 2;
  const perMessage = (ms: number) => round(ms / sent.count, 4);
  const serverCosts = Object.entries(sending.serversCpuMs).map(
    ([name, ms]) => [`${name}_cpu_ms_per_message`, perMessage(ms)] as const,
  );
  return {
    subscribers: options.subscribers,
    message_bytes: Math.round(digestRun.messageBytes),
    compose_ms: Math.round(digestRun.composeMs),
    messages_per_second: round(rate, 1),
    baseline_messages_per_second: round(baseline, 1),
    ratio: round(rate / baseline, 3),
    cpu_ms_per_message: perMessage(sending.workersCpuMs),
    peak_rss_mb: round(sending.peakRssMb, 1),
    send_ms: sendMs,
    queue: options.queue,
    is_embedded: options.isEmbedded,
    workers: options.workers,
    connections: options.connections,
    dkim: options.isSigned,
    papers: options.papers,
    old_deliveries: options.oldDeliveries,
    states: sending.states,
    baseline_before: round(before, 1),
    baseline_after: round(after, 1),
    ...Object.fromEntries(serverCosts),
    ...digestRun.durability,
    load_before: round(load, 2),
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
