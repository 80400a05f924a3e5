import { mkdir } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { createSmtpSource, probeSource } from './baseline.ts';
import { type DigestRun, runDigest } from './digest-run.ts';
import type { BenchRun } from './environment/deployment.ts';
import { startSmtpSink } from './environment/smtp-sink.ts';
import { checkMessageBytes } from './message-size.ts';
import { estimateRatio, isStable, type RatioEstimate } from './ratio.ts';
import { buildReport, type Report } from './report.ts';

/** Enough to know the mean size of a message within about 2 %. */
const WARM_UP_SUBSCRIBERS = 400;

/** Seconds of smtp-source before and after a digest: long enough to ignore its start. */
const BASELINE_SECONDS = 5;
/** Seconds of a window of smtp-source. */
const WINDOW_SECONDS = 2;

/**
 * One run: a warm-up with few subscribers measures the size of messages, then digests are sent, in
 * windows that alternate with those of smtp-source, until the ratio is known within 5 %. A digest
 * too short for windows is compared with smtp-source before and after.
 */
export async function runBench(
  bench: BenchRun,
  tools: { sink: string; source: string },
): Promise<Report> {
  const { options, reportStep, register } = bench;
  const [load = 0] = loadavg();
  const sink = await register(startSmtpSink(tools.sink));
  const source = createSmtpSource(tools.source, sink.address);

  const warmUp = await prepareWarmUp(bench);
  const { messageBytes, sent } = await runDigest(warmUp, sink);
  checkMessageBytes(messageBytes);
  reportStep(`Baseline, messages of ${Math.round(messageBytes)} bytes`);
  const probed = await probeSource(source, messageBytes);
  const measureBaseline = () => source(Math.ceil(probed * BASELINE_SECONDS), messageBytes);
  const before = await measureBaseline();
  reportStep(`The baseline is ${Math.round(before)} messages a second`);

  const windowSettings = {
    source,
    messageBytes,
    sourceMessages: Math.ceil(probed * WINDOW_SECONDS),
    expectedMessages: (options.subscribers * sent.count) / warmUp.options.subscribers,
  };
  const digestRuns: DigestRun[] = [];
  for (let estimate: RatioEstimate | null = null; digestRuns.length < options.digests; ) {
    const digestRun = await runDigest(await prepareDigest(bench, digestRuns.length), sink, {
      windowSettings: options.isAlternating ? windowSettings : null,
      onProgress: (bytes) =>
        reportStep(
          `  about ${Math.round(bytes / messageBytes)} of ${options.subscribers} are sent`,
        ),
    });
    checkMessageBytes(digestRun.messageBytes);
    digestRuns.push(digestRun);
    estimate = estimateRatio(digestRuns.flatMap(({ sending }) => sending.windows.pairs));
    if (estimate) reportStep(`The ratio is ${describe(estimate)}`);
    if (estimate && isStable(estimate)) break;
  }
  reportStep('Baseline again');
  const after = await measureBaseline();
  return buildReport({ options, digestRuns, before, after, load });
}

function describe({ ratio, low, high }: RatioEstimate): string {
  return `${ratio.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
}

/** Each digest has its own folder. */
async function prepareDigest(bench: BenchRun, index: number): Promise<BenchRun> {
  const folder = join(bench.folder, `digest-${index + 1}`);
  await mkdir(folder);
  return { ...bench, folder };
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
      isOnTime: false,
    },
  };
}
