import { mkdir } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { calibrateMessageCount, createSmtpSource } from './baseline.ts';
import { runDigest } from './digest-run.ts';
import type { BenchRun } from './environment/deployment.ts';
import { startSmtpSink } from './environment/smtp-sink.ts';
import { checkMessageBytes } from './message-size.ts';
import { buildReport, type Report } from './report.ts';

/** Enough to know the mean size of a message within about 2 %. */
const WARM_UP_SUBSCRIBERS = 400;

/**
 * One run: a warm-up with few subscribers measures the size of messages, then come the baseline,
 * the digest, and the baseline again. Nothing else runs during a baseline.
 */
export async function runBench(
  bench: BenchRun,
  tools: { sink: string; source: string },
): Promise<Report> {
  const { options, reportStep, register } = bench;
  const [load = 0] = loadavg();
  const sink = await register(startSmtpSink(tools.sink));
  const source = createSmtpSource(tools.source, sink.address);

  const { messageBytes: expectedBytes } = await runDigest(await prepareWarmUp(bench), sink);
  checkMessageBytes(expectedBytes);
  reportStep(`Baseline, messages of ${Math.round(expectedBytes)} bytes`);
  const count = await calibrateMessageCount(source, expectedBytes);
  const before = await source(count, expectedBytes);
  reportStep(`The baseline is ${Math.round(before)} messages a second`);

  const digestRun = await runDigest(bench, sink, (bytes) =>
    reportStep(`  about ${Math.round(bytes / expectedBytes)} of ${options.subscribers} are sent`),
  );
  checkMessageBytes(digestRun.messageBytes);
  reportStep('Baseline again');
  const after = await source(count, digestRun.messageBytes);
  return buildReport({ options, digestRun, before, after, load });
}

/** The same run with few subscribers, in its own folder, without progress reports. */
async function prepareWarmUp(bench: BenchRun): Promise<BenchRun> {
  const { options, reportStep, signal } = bench;
  const folder = join(bench.folder, 'warm-up');
  await mkdir(folder);
  reportStep('Warm-up, to measure the size of messages');
  return {
    ...bench,
    folder,
    reportStep: () => signal.throwIfAborted(),
    options: {
      ...options,
      subscribers: Math.min(options.subscribers, WARM_UP_SUBSCRIBERS),
      workers: 1,
      oldDeliveries: 0,
      profileFolder: null,
    },
  };
}
