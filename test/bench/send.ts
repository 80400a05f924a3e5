import {
  type PaperboyProcess,
  type ProcessEnvironment,
  runPaperboy,
} from '../processes/support/paperboy.ts';
import { type BenchDeployment, DAY } from './environment/deployment.ts';
import { cpuMsOf, peakRssMb } from './environment/proc.ts';
import type { SmtpSink } from './environment/smtp-sink.ts';

const SHOW_EVERY_MS = 5000;
const EXIT_SOME_NOT_SENT = 3;

/** What one sending cost; CPU in ms. */
export interface SendMeasurement {
  startedAt: Date;
  states: Readonly<Record<string, number>>;
  workersCpuMs: number;
  /** Of the servers, by their names. */
  serversCpuMs: Readonly<Record<string, number>>;
  /** The largest worker's. */
  peakRssMb: number;
  /** What the relay read. */
  bytes: number;
}

/** Has the digest sent to everybody at once, and watches what it costs. */
export async function measureSend(
  { environment, servers }: BenchDeployment,
  workers: readonly PaperboyProcess[],
  sink: SmtpSink,
  onProgress: (bytes: number) => void,
): Promise<SendMeasurement> {
  const pids = workers.map(({ pid }) => pid);
  const spentByWorkers = stopwatch(pids);
  const spentByServers = Object.entries(servers).map(
    ([name, { pid }]) => [name, stopwatch([pid])] as const,
  );
  const bytesBefore = sink.bytes();
  const shown = setInterval(() => onProgress(sink.bytes() - bytesBefore), SHOW_EVERY_MS);
  const startedAt = new Date();
  try {
    const states = await sendDigest(environment);
    return {
      startedAt,
      states,
      workersCpuMs: spentByWorkers(),
      serversCpuMs: Object.fromEntries(spentByServers.map(([name, spent]) => [name, spent()])),
      peakRssMb: Math.max(...pids.map(peakRssMb)),
      bytes: sink.bytes() - bytesBefore,
    };
  } finally {
    clearInterval(shown);
  }
}

async function sendDigest(environment: ProcessEnvironment): Promise<Record<string, number>> {
  const argv = ['digest', 'send', '--now', '--json', '--date', DAY];
  const { code, stdout, stderr } = await runPaperboy(argv, environment);
  if (code !== 0 && code !== EXIT_SOME_NOT_SENT) {
    throw new Error(`“paperboy ${argv.join(' ')}” ended with ${code}: ${stderr || stdout}`);
  }
  return JSON.parse(stdout).states;
}

function stopwatch(pids: readonly number[]): () => number {
  const spent = () => pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0);
  const before = spent();
  return () => spent() - before;
}
