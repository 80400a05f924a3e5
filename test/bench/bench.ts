import { mkdir } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { calibrateMessageCount, createSmtpSource } from './baseline.ts';
import { runDigest } from './digest-run.ts';
import type { BenchRun } from './environment/deployment.ts';
import { startSmtpSink } from './environment/smtp-sink.ts';
import { checkMessageBytes } from './message-size.ts';
import { buildReport, type Report } from './report.ts';

/** Enough to know the mean size of a message within some two per cent. */
const WARM_UP_SUBSCRIBERS = 400;

/**
 * One run: a rehearsal with few readers tells the size of messages, the baseline is taken, the digest
 * is sent, and the baseline is taken again. Nothing else of ours runs beside a baseline.
 */
export async function runBench(
  bench: BenchRun,
  tools: { sink: string; source: string },
): Promise<Report> {
  const { options, reportStep: stage, register: use } = bench;
  const [load = 0] = loadavg();
  const sink = await use(startSmtpSink(tools.sink));
  const source = createSmtpSource(tools.source, sink.address);

  const { messageBytes: expectedBytes } = await runDigest(await prepareWarmUp(bench), sink);
  checkMessageBytes(expectedBytes);
  stage(`Baseline, messages of ${Math.round(expectedBytes)} bytes`);
  const count = await calibrateMessageCount(source, expectedBytes);
  const before = await source(count, expectedBytes);
  stage(`The baseline is ${Math.round(before)} messages a second`);

  const digestRun = await runDigest(bench, sink, (bytes) =>
    stage(`  some ${Math.round(bytes / expectedBytes)} of ${options.subscribers} are out`),
  );
  checkMessageBytes(digestRun.messageBytes);
  stage('Baseline again');
  const after = await source(count, digestRun.messageBytes);
  return buildReport({ options, digestRun, before, after, load });
}

/** The same with few readers, in a folder of its own, telling nothing. */
async function prepareWarmUp(bench: BenchRun): Promise<BenchRun> {
  const { options, reportStep: stage, signal } = bench;
  const folder = join(bench.folder, 'rehearsal');
  await mkdir(folder);
  stage('A rehearsal, for the size of messages');
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
