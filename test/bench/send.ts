import {
  type PaperboyProcess,
  type ProcessEnvironment,
  runPaperboy,
} from '../processes/support/paperboy.ts';
import { type BenchDeployment, DAY } from './environment/deployment.ts';
import { cpuMsOf, peakRssMb } from './environment/proc.ts';
import type { SmtpSink } from './environment/smtp-sink.ts';

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
  /** Bytes that the sink read. */
  bytes: number;
}

/** Sends the digest to everybody now and measures the cost. */
export async function measureSend(
  { environment, servers }: BenchDeployment,
  workers: readonly PaperboyProcess[],
  sink: SmtpSink,
  onProgress: (bytes: number) => void,
): Promise<SendMeasurement> {
  const pids = workers.map(({ pid }) => pid);
  const readWorkersCpuMs = startCpuTimer(pids);
  const serverTimers = Object.entries(servers).map(
    ([name, { pid }]) => [name, startCpuTimer([pid])] as const,
  );
  const bytesBefore = sink.bytes();
  const progress = setInterval(() => onProgress(sink.bytes() - bytesBefore), PROGRESS_INTERVAL_MS);
  const startedAt = new Date();
  try {
    const states = await sendDigest(environment);
    return {
      startedAt,
      states,
      workersCpuMs: readWorkersCpuMs(),
      serversCpuMs: Object.fromEntries(serverTimers.map(([name, spent]) => [name, spent()])),
      peakRssMb: Math.max(...pids.map(peakRssMb)),
      bytes: sink.bytes() - bytesBefore,
    };
  } finally {
    clearInterval(progress);
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

function startCpuTimer(pids: readonly number[]): () => number {
  const spent = () => pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0);
  const before = spent();
  return () => spent() - before;
}
