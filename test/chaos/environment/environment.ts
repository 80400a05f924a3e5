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

/** The processes of one Paperboy with their servers and their own database. */
export interface ChaosEnvironment {
  deployment: Deployment;
  random: Random;
  log(line: string): void;
  sink: FaultySmtpServer;
  /** The processes that send: two workers on servers, or the one embedded process. */
  processes: readonly SupervisedProcess[];
  /** The environment that commands run in. */
  commandEnvironment: ProcessEnvironment;
  /** Stores this many subscribers and composes the digest of `DAY` for them. */
  compose(subscriberCount: number): Promise<void>;
  sendCommand: SendCommand;
  /** How many deliveries each kill so far left in the state `sending`. */
  sendingAtKills: number[];
  /** Queries the tables. The embedded deployment is stopped first and started again afterwards. */
  withDatabase<Result>(ask: (queries: ChaosQueries) => Promise<Result>): Promise<Result>;
  /** Injects faults into the commits of a process. Has no effect on the embedded deployment. */
  injectCommitFaults(supervised: SupervisedProcess, injector: CommitFaultInjector | null): void;
  /** Changes the wall clock of all processes, but not their timers. */
  moveClock(offsetSeconds: number): Promise<void>;
  /** The errors of processes that ended by themselves. */
  crashes: string[];
  close(): Promise<void>;
}

/** What a scenario found. */
export interface ScenarioResult {
  counts: Counts | null;
  violations: string[];
  facts?: Record<string, number>;
}

/** Ends all faults, waits until every delivery has ended, and checks the invariants. */
export async function drainAndCheck(
  environment: ChaosEnvironment,
  { allowedUnknown = 0, timeoutMs = 150_000 } = {},
): Promise<ScenarioResult> {
  environment.sink.injectFaults(null);
  environment.sink.setDelay(0);
  for (const supervised of environment.processes) environment.injectCommitFaults(supervised, null);
  environment.sendCommand.restart();
  let status = await environment.sendCommand.waitUntilSent(timeoutMs);
  if ((status.states.deferred ?? 0) > 0) {
    await environment.withDatabase((queries) => queries.makeDeferredDue());
    environment.sendCommand.restart();
    status = await environment.sendCommand.waitUntilSent(timeoutMs);
  }
  return checkEnvironment(
    environment,
    await readDigestStatus(environment, status.date),
    allowedUnknown,
  );
}

/** Checks the invariants now. */
export async function checkEnvironment(
  environment: ChaosEnvironment,
  status: DigestStatus,
  allowedUnknown = 0,
): Promise<ScenarioResult> {
  return environment.withDatabase(async (queries) =>
    checkInvariants({
      audience: await queries.audience(),
      rows: await queries.deliveries(),
      acceptances: countAcceptances(environment.sink),
      status,
      sendingAtKills: environment.sendingAtKills,
      maxInFlight: MAX_IN_FLIGHT,
      allowedUnknown: allowedUnknown,
    }),
  );
}

/** The output of `digest status --json`. */
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
