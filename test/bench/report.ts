import type { BenchOptions } from './arguments.ts';
import type { DigestRun } from './digest-run.ts';
import { messagesPerSecond } from './results.ts';

export interface Measurements {
  options: BenchOptions;
  digestRun: DigestRun;
  /** Messages a second of the baseline, before and after. */
  before: number;
  after: number;
  /** Load of the machine when the run began, over a minute. */
  load: number;
}

export type Report = Record<string, unknown>;

/** The line that the benchmark prints; `send_ms` is from the command, its start included, to the last
 *  result. */
export function buildReport({
  options,
  digestRun: morning,
  before,
  after,
  load,
}: Measurements): Report {
  const { sending, sent } = morning;
  const sendMs = sent.lastAt.getTime() - sending.startedAt.getTime();
  const rate = messagesPerSecond(sent, sendMs);
  const baseline = (before + after) / 2;
  const perMessage = (ms: number) => rounded(ms / sent.count, 4);
  const ofServers = Object.entries(sending.serversCpuMs).map(
    ([name, ms]) => [`${name}_cpu_ms_per_message`, perMessage(ms)] as const,
  );
  return {
    subscribers: options.subscribers,
    message_bytes: Math.round(morning.messageBytes),
    compose_ms: Math.round(morning.composeMs),
    messages_per_second: rounded(rate, 1),
    baseline_messages_per_second: rounded(baseline, 1),
    ratio: rounded(rate / baseline, 3),
    cpu_ms_per_message: perMessage(sending.workersCpuMs),
    peak_rss_mb: rounded(sending.peakRssMb, 1),
    send_ms: sendMs,
    queue: options.queue,
    is_embedded: options.isEmbedded,
    workers: options.workers,
    connections: options.connections,
    dkim: options.isSigned,
    papers: options.papers,
    old_deliveries: options.oldDeliveries,
    states: sending.states,
    baseline_before: rounded(before, 1),
    baseline_after: rounded(after, 1),
    ...Object.fromEntries(ofServers),
    ...morning.durability,
    load_before: rounded(load, 2),
  };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
