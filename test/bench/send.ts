import { setTimeout as pause } from 'node:timers/promises';
import {
  type PaperboyProcess,
  type ProcessEnvironment,
  runPaperboy,
  runPaperboyOk,
} from '../processes/support/paperboy.ts';
import type { SmtpSource } from './baseline.ts';
import { type BenchDeployment, DAY } from './environment/deployment.ts';
import { cpuMsOf, peakRssMb } from './environment/proc.ts';
import type { SmtpSink } from './environment/smtp-sink.ts';
import { alternateWindows, type WindowSettings, type Windows } from './windows.ts';

const PROGRESS_INTERVAL_MS = 5000;
const EXIT_SOME_NOT_SENT = 3;

/** The cost of sending one digest; CPU times in ms. */
export interface SendMeasurement {
  startedAt: Date;
  states: Readonly<Record<string, number>>;
  workersCpuMs: number;
  /** CPU time of the servers, by name. */
  serversCpuMs: Readonly<Record<string, number>>;
  /** Of the largest worker. */
  peakRssMb: number;
  /** Bytes that the sink read from Paperboy. */
  bytes: number;
  windows: Windows;
  /** How late the first attempts were, in seconds, by name of the percentile; null when all were
   *  sent at once. */
  delaySeconds: Readonly<Record<string, number>> | null;
}

const NO_WINDOWS: Windows = { pairs: [], stoppedMs: 0 };

/** Sends the digest to everybody now and measures the cost. With `windowSettings` it is stopped now
 *  and then for a window of smtp-source. */
export async function measureSend(
  { environment, servers }: BenchDeployment,
  workers: readonly PaperboyProcess[],
  {
    sink,
    windowSettings,
    hour = null,
    onProgress,
  }: {
    sink: SmtpSink;
    windowSettings: WindowSettings | null;
    /** When the scheduler sends the digest; null: it is sent at once. */
    hour?: Date | null;
    onProgress: (bytes: number) => void;
  },
): Promise<SendMeasurement> {
  const pids = workers.map(({ pid }) => pid);
  const readWorkersCpuMs = startCpuTimer(pids);
  const serverTimers = Object.entries(servers).map(
    ([name, { pid }]) => [name, startCpuTimer([pid])] as const,
  );
  const { readBytes, exclude } = createByteMeter(sink);
  const progress = setInterval(() => onProgress(readBytes()), PROGRESS_INTERVAL_MS);
  const startedAt = hour ?? new Date();
  let isSending = true;
  try {
    const sending = hour === null ? sendDigest(environment) : waitForDigest(environment);
    const sent = sending.finally(() => {
      isSending = false;
    });
    const measured =
      windowSettings === null
        ? NO_WINDOWS
        : alternateWindows(
            { ...windowSettings, source: exclude(windowSettings.source) },
            {
              signalAll: (signal) => {
                for (const worker of workers) worker.kill(signal);
              },
              readBytes,
              isSending: () => isSending,
            },
          );
    const [{ states, delaySeconds }, windows] = await Promise.all([sent, measured]);
    return {
      startedAt,
      states,
      workersCpuMs: readWorkersCpuMs(),
      serversCpuMs: Object.fromEntries(serverTimers.map(([name, spent]) => [name, spent()])),
      peakRssMb: Math.max(...pids.map(peakRssMb)),
      bytes: readBytes(),
      windows,
      delaySeconds,
    };
  } finally {
    clearInterval(progress);
  }
}

/** Counts the bytes that the sink has read since now, without those of excluded sources. */
function createByteMeter(sink: SmtpSink) {
  let offset = sink.bytes();
  let frozen: number | null = null;
  const readBytes = () => frozen ?? sink.bytes() - offset;
  const exclude =
    (source: SmtpSource): SmtpSource =>
    async (...window) => {
      frozen = readBytes();
      try {
        return await source(...window);
      } finally {
        offset = sink.bytes() - frozen;
        frozen = null;
      }
    };
  return { readBytes, exclude };
}

type SentDigest = Pick<SendMeasurement, 'states' | 'delaySeconds'>;

async function sendDigest(environment: ProcessEnvironment): Promise<SentDigest> {
  const argv = ['digest', 'send', '--now', '--json', '--date', DAY];
  const { code, stdout, stderr } = await runPaperboy(argv, environment);
  if (code !== 0 && code !== EXIT_SOME_NOT_SENT) {
    throw new Error(`“paperboy ${argv.join(' ')}” ended with ${code}: ${stderr || stdout}`);
  }
  return { states: JSON.parse(stdout).states, delaySeconds: null };
}

const OPEN_STATES = ['pending', 'claimed', 'sending', 'deferred'];
const STATUS_INTERVAL_MS = 2000;

/** Waits until the scheduler and the workers have sent the digest. */
async function waitForDigest(environment: ProcessEnvironment): Promise<SentDigest> {
  for (;;) {
    await pause(STATUS_INTERVAL_MS);
    const output = await runPaperboyOk(`digest status --date ${DAY} --json`, environment);
    const { states, delay_seconds: delaySeconds } = JSON.parse(output);
    if (OPEN_STATES.every((state) => (states[state] ?? 0) === 0)) return { states, delaySeconds };
  }
}

function startCpuTimer(pids: readonly number[]): () => number {
  const spent = () => pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0);
  const before = spent();
  return () => spent() - before;
}
