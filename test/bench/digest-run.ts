import { setTimeout as pause } from 'node:timers/promises';
import { type PaperboyProcess, runPaperboyOk } from '../processes/support/paperboy.ts';
import type { TestServer } from '../servers/programs.ts';
import { type BenchDeployment, type BenchRun, DAY } from './environment/deployment.ts';
import { openEmbeddedDeployment } from './environment/embedded.ts';
import { openServerDeployment } from './environment/on-servers.ts';
import type { SmtpSink } from './environment/smtp-sink.ts';
import { readSentSummary, readTableBytes, type SentSummary } from './results.ts';
import { measureSend, type SendMeasurement } from './send.ts';
import { buildSettings } from './settings.ts';
import type { WindowSettings } from './windows.ts';

/** The measurements of a digest that was composed and sent. */
export interface DigestRun {
  composeMs: number;
  sending: SendMeasurement;
  sent: SentSummary;
  /** Mean bytes that the sink read per message, including about 100 bytes of SMTP commands. */
  messageBytes: number;
  /** Bytes of the deliveries and their indexes, after sending. */
  tableBytes: number;
  /** Bytes of write-ahead log from composing to the last result; null when embedded. */
  walBytes: number | null;
  durability: Readonly<Record<string, string>>;
}

/** Composes and sends a digest on new servers, and stops everything except the sink. */
export async function runDigest(
  bench: BenchRun,
  sink: SmtpSink,
  {
    windowSettings = null,
    onProgress = () => undefined,
  }: { windowSettings?: WindowSettings | null; onProgress?: (bytes: number) => void } = {},
): Promise<DigestRun> {
  const { options, folder, reportStep } = bench;
  const settings = buildSettings({ ...options, folder, smtpUrl: sink.url });
  const deployment = await (options.isEmbedded ? openEmbeddedDeployment : openServerDeployment)(
    bench,
    settings,
  );
  const walBefore = await deployment.readWalBytes();
  reportStep('Composing the digest');
  const visibleAt = await compose(deployment);
  const workers = await deployment.startWorkers();
  const hour = options.isOnTime ? new Date(Date.now() + HOUR_AHEAD_MS) : null;
  const scheduler = hour === null ? [] : [await deployment.startSchedulerFor(hour)];
  reportStep(hour === null ? 'Sending it' : `Waiting for ${hour.toISOString()}, then sending it`);
  const sending = await measureSend(deployment, workers, {
    ...{ sink, windowSettings, hour, onProgress },
  });
  await Promise.all([...workers, ...scheduler].map(stop));
  const walAfter = await deployment.readWalBytes();
  const [sent, tableBytes] = await deployment.readRows(async (query) => [
    await readSentSummary(query, DAY),
    await readTableBytes(query, DAY),
  ]);
  await stopAll(deployment.servers);
  return {
    composeMs: visibleAt.getTime() - sent.composedAt.getTime(),
    sending,
    sent,
    messageBytes: sending.bytes / sent.count,
    tableBytes,
    walBytes: walBefore === null || walAfter === null ? null : walAfter - walBefore,
    durability: deployment.durability,
  };
}

/** How far ahead the hour of all subscribers is: a sweep comes before it. */
const HOUR_AHEAD_MS = 75_000;

const POLL_INTERVAL_MS = 50;

/** Composes, and returns when the digest became visible; its `composed_at` is the start. */
async function compose({ environment, isComposed }: BenchDeployment): Promise<Date> {
  const command = runPaperboyOk(`digest compose --date ${DAY} --json`, environment);
  let hasEnded = false;
  const ended = command.finally(() => {
    hasEnded = true;
  });
  ended.catch(() => undefined);
  while (!hasEnded && !(await isComposed())) await pause(POLL_INTERVAL_MS);
  const seenAt = new Date();
  await ended;
  return seenAt;
}

async function stop(worker: PaperboyProcess): Promise<void> {
  worker.kill('SIGTERM');
  const { code, stderr } = await worker.ended;
  if (code !== 0) throw new Error(`A worker ended with ${code}: ${stderr}`);
}

async function stopAll(servers: Readonly<Record<string, TestServer>>): Promise<void> {
  for (const server of Object.values(servers)) await server.stop();
}
