import { mkdir } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import type { Bench } from './arena.ts';
import { chooseCount, smtpSource } from './baseline.ts';
import { checkMessageBytes } from './message-size.ts';
import { runMorning } from './morning.ts';
import { type Report, reportOf } from './report.ts';
import { startSmtpSink } from './smtp-sink.ts';

/** Enough to know the mean size of a message within some two per cent. */
const REHEARSAL_READERS = 400;

/**
 * One run: a rehearsal with few readers tells the size of messages, the baseline is taken, the digest
 * is sent, and the baseline is taken again. Nothing else of ours runs beside a baseline.
 */
export async function runBench(
  bench: Bench,
  tools: { sink: string; source: string },
): Promise<Report> {
  const { options, stage, use } = bench;
  const [load = 0] = loadavg();
  const sink = await use(startSmtpSink(tools.sink));
  const source = smtpSource(tools.source, sink.address);

  const { messageBytes: expectedBytes } = await runMorning(await rehearsalOf(bench), sink);
  checkMessageBytes(expectedBytes);
  stage(`Baseline, messages of ${Math.round(expectedBytes)} bytes`);
  const count = await chooseCount(source, expectedBytes);
  const before = await source(count, expectedBytes);
  stage(`The baseline is ${Math.round(before)} messages a second`);

  const morning = await runMorning(bench, sink, (bytes) =>
    stage(`  some ${Math.round(bytes / expectedBytes)} of ${options.subscribers} are out`),
  );
  checkMessageBytes(morning.messageBytes);
  stage('Baseline again');
  const after = await source(count, morning.messageBytes);
  return reportOf({ options, morning, before, after, load });
}

/** The same with few readers, in a folder of its own, telling nothing. */
async function rehearsalOf(bench: Bench): Promise<Bench> {
  const { options, stage, signal } = bench;
  const folder = join(bench.folder, 'rehearsal');
  await mkdir(folder);
  stage('A rehearsal, for the size of messages');
  return {
    ...bench,
    folder,
    stage: () => signal.throwIfAborted(),
    options: {
      ...options,
      subscribers: Math.min(options.subscribers, REHEARSAL_READERS),
      workers: 1,
      oldDeliveries: 0,
      profileFolder: null,
    },
  };
}
