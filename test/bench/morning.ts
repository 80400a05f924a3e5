import { setTimeout as pause } from 'node:timers/promises';
import { type Paperboy, runWell } from '../processes/support/paperboy.ts';
import type { Server } from '../servers/programs.ts';
import { type Arena, type Bench, DAY } from './arena.ts';
import { openEmbedded } from './embedded.ts';
import { openServers } from './on-servers.ts';
import { readSent, type Sent } from './results.ts';
import { type Sending, send } from './send.ts';
import { settingsFor } from './settings.ts';
import type { SmtpSink } from './smtp-sink.ts';

/** What a digest, composed and sent, came to. */
export interface Morning {
  composeMs: number;
  sending: Sending;
  sent: Sent;
  /** Mean of what the relay read for a message: its SMTP commands, some 100 bytes, among it. */
  messageBytes: number;
  durability: Readonly<Record<string, string>>;
}

/** From empty servers to a digest that is sent; no process is left but the sink. */
export async function runMorning(
  bench: Bench,
  sink: SmtpSink,
  onProgress: (bytes: number) => void = () => undefined,
): Promise<Morning> {
  const { options, folder, stage } = bench;
  const settings = settingsFor({ ...options, folder, smtpUrl: sink.url });
  const arena = await (options.isEmbedded ? openEmbedded : openServers)(bench, settings);
  stage('Composing the digest');
  const composedBy = await compose(arena);
  const workers = await arena.startWorkers();
  stage('Sending it');
  const sending = await send(arena, workers, sink, onProgress);
  await Promise.all(workers.map(stop));
  const sent = await arena.readRows((query) => readSent(query, DAY));
  await stopAll(arena.servers);
  return {
    composeMs: composedBy.getTime() - sent.composedAt.getTime(),
    sending,
    sent,
    messageBytes: sending.bytes / sent.count,
    durability: arena.durability,
  };
}

const LOOK_EVERY_MS = 50;

/** Composes, and returns when others could see the digest: its own `composed_at` is the beginning. */
async function compose({ place, isComposed }: Arena): Promise<Date> {
  const command = runWell(`digest compose --date ${DAY} --json`, place);
  let hasEnded = false;
  const ended = command.finally(() => {
    hasEnded = true;
  });
  ended.catch(() => undefined);
  while (!hasEnded && !(await isComposed())) await pause(LOOK_EVERY_MS);
  const seenAt = new Date();
  await ended;
  return seenAt;
}

async function stop(worker: Paperboy): Promise<void> {
  worker.kill('SIGTERM');
  const { code, stderr } = await worker.ended;
  if (code !== 0) throw new Error(`A worker ended with ${code}: ${stderr}`);
}

async function stopAll(servers: Readonly<Record<string, Server>>): Promise<void> {
  for (const server of Object.values(servers)) await server.stop();
}
