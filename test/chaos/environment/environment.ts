import {
  type ProcessEnvironment,
  runPaperboyOk,
  spawnPaperboy,
} from '../../processes/support/paperboy.ts';
import type { Random } from '../../support/random.ts';
import { type Counts, checkInvariants } from '../check-invariants.ts';
import type { CommitFaultInjector } from '../postgres/proxy.ts';
import { DAY, MAX_IN_FLIGHT } from '../settings.ts';
import type { FaultySmtpServer } from '../smtp/faulty-server.ts';
import type { ChaosQueries } from './queries.ts';
import { createSendCommand, type DigestStatus, type SendCommand } from './send-command.ts';
import type { SupervisedProcess } from './supervised-process.ts';

export type Deployment = 'servers' | 'embedded';

/** Paperboy's processes with all that surrounds them, on a database of their own. */
export interface ChaosEnvironment {
  deployment: Deployment;
  random: Random;
  log(line: string): void;
  sink: FaultySmtpServer;
  /** Those who send: two workers on servers, or the one process of an embedded Paperboy. */
  processes: readonly SupervisedProcess[];
  /** Settings for commands. */
  commandEnvironment: ProcessEnvironment;
  /** Makes so many readers and composes the digest of `DAY` for them. */
  compose(subscribers: number): Promise<void>;
  sendCommand: SendCommand;
  /** How many deliveries each kill so far left in the state `sending`. */
  sendingAtKills: number[];
  /** The tables. On the embedded pair Paperboy is stopped meanwhile and started again after. */
  withDatabase<Result>(ask: (queries: ChaosQueries) => Promise<Result>): Promise<Result>;
  /** Judges what the processes on a slot commit; on servers alone. */
  injectCommitFaults(supervised: SupervisedProcess, judge: CommitFaultInjector | null): void;
  /** Moves the wall clock of all processes; their timers go on as they were. */
  moveClock(offsetSeconds: number): Promise<void>;
  /** What processes said that ended without being told to. */
  crashes: string[];
  close(): Promise<void>;
}

/** What a scenario found. */
export interface ScenarioResult {
  counts: Counts | null;
  violations: string[];
  facts?: Record<string, number>;
}

/** Waits until everything is done with, then judges the promise. */
export async function drainAndCheck(
  environment: ChaosEnvironment,
  { swallowed = 0, timeoutMs = 150_000 } = {},
): Promise<ScenarioResult> {
  environment.sink.injectFaults(null);
  environment.sink.setDelay(0);
  for (const supervised of environment.processes) environment.injectCommitFaults(supervised, null);
  environment.sendCommand.restart();
  let status = await environment.sendCommand.waitUntilSent(timeoutMs);
  if ((status.states.deferred ?? 0) > 0) {
    await environment.withDatabase((queries) => queries.hurryDeferred());
    environment.sendCommand.restart();
    status = await environment.sendCommand.waitUntilSent(timeoutMs);
  }
  return checkEnvironment(environment, await readDigestStatus(environment, status.date), swallowed);
}

/** Judges the promise as things are. */
export async function checkEnvironment(
  environment: ChaosEnvironment,
  status: DigestStatus,
  swallowed = 0,
): Promise<ScenarioResult> {
  return environment.withDatabase(async (queries) =>
    checkInvariants({
      audience: await queries.audience(),
      rows: await queries.deliveries(),
      acceptances: countAcceptances(environment.sink),
      status,
      sendingAtKills: environment.sendingAtKills,
      maxInFlight: MAX_IN_FLIGHT,
      allowedUnknown: swallowed,
    }),
  );
}

/** What `digest status` says. */
export async function readDigestStatus(
  environment: Pick<ChaosEnvironment, 'commandEnvironment'>,
  date = DAY,
): Promise<DigestStatus> {
  return JSON.parse(
    await runPaperboyOk(`digest status --json --date ${date}`, environment.commandEnvironment),
  );
}

export function countAcceptances(sink: FaultySmtpServer): Map<string, number> {
  return new Map([...sink.acceptances].map(([email, list]) => [email, list.length]));
}

export { createSendCommand, spawnPaperboy };
