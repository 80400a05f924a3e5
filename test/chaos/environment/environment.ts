import { type ProcessEnvironment, pause, runPaperboyOk } from '../../processes/support/paperboy.ts';
import type { Random } from '../../support/random.ts';
import { type Counts, checkInvariants, isSettled } from '../check-invariants.ts';
import type { Evidence, Expectation, ProcessFault } from '../checks/evidence.ts';
import type { CommitFaultInjector } from '../postgres/proxy.ts';
import { MAX_IN_FLIGHT } from '../settings.ts';
import type { FaultySmtpServer } from '../smtp/faulty-server.ts';
import type { ChaosQueries } from './queries.ts';
import type { SupervisedProcess } from './supervised-process.ts';
import { isTimeoutError, waitUntil } from './waits.ts';

export type Deployment = 'servers' | 'embedded';

/** The processes of one Paperboy with their servers and their own database. */
export interface ChaosEnvironment {
  deployment: Deployment;
  random: Random;
  log(line: string): void;
  sink: FaultySmtpServer;
  /** The processes that send: the workers on servers, or the one embedded process. */
  processes: readonly SupervisedProcess[];
  /** The environment that commands run in. */
  commandEnvironment: ProcessEnvironment;
  /**
   * Stores this many subscribers and starts the scheduler, which composes a digest that is due for
   * all of them. From here on only Paperboy itself decides what is sent when.
   */
  startDigest(subscriberCount: number): Promise<void>;
  /** How many subscribers were stored. */
  subscriberCount(): number;
  /** The days of all digests. */
  digestDates(): Promise<string[]>;
  /** Records that a process was made unable to record what it sent. Kills are recorded anyway. */
  noteFault(pid: number, kind: ProcessFault['kind']): void;
  faults: readonly ProcessFault[];
  /** Number of open deliveries: none when everything has ended. */
  countOpen(options?: { withDeferred?: boolean }): Promise<number>;
  /** Queries the tables. The embedded deployment is stopped first and started again afterwards. */
  withDatabase<Result>(ask: (queries: ChaosQueries) => Promise<Result>): Promise<Result>;
  /** Injects faults into the commits of a process. Has no effect on the embedded deployment. */
  injectCommitFaults(supervised: SupervisedProcess, injector: CommitFaultInjector | null): void;
  /** Changes the wall clock of all processes, and of a PostgreSQL of its own, but not timers. */
  moveClock(offsetSeconds: number): Promise<void>;
  /** Whether the database, the processes and this one use the same clock all the time. */
  hasOneClock: boolean;
  /** The errors of processes that ended by themselves. */
  crashes: string[];
  close(): Promise<void>;
}

/** What a scenario found. */
export interface ScenarioResult {
  counts: Counts | null;
  violations: string[];
  /** Limits of time that were exceeded. When nothing else is wrong, the scenario runs once more,
   *  alone: the machine may have been too busy. */
  late?: string[];
  facts?: Record<string, number>;
}

/** What a scenario expects, beyond the rules for all. */
export interface CheckOptions {
  expect?: Evidence['expect'];
  /** @defaultValue the audience of `startDigest` */
  expectedAudience?: number;
  /** Addresses whose mail may belong to no delivery. */
  allowsMailTo?: Evidence['allowsMailTo'];
  /** The subscribers and their addresses, when some were erased since. */
  audience?: ReadonlyMap<number, string>;
}

/** How long nothing may happen before all has ended, in ms: a lease and a sweep on a busy
 *  machine. */
const DRAIN_TIMEOUT_MS = 240_000;

/** How long the records may differ from each other at the end, in ms: a worker that continues may
 *  still record results, and a batch is released after its last result, at the latest when the
 *  lease of a dead worker ends. */
const SETTLE_TIMEOUT_MS = 120_000;

/** Ends all faults, waits until Paperboy has ended every delivery, and checks the invariants. With
 *  `keepsDeferred` it does not wait for retries, with `keepsFaults` those of the relay go on. */
export async function drainAndCheck(
  environment: ChaosEnvironment,
  {
    timeoutMs = DRAIN_TIMEOUT_MS,
    keepsDeferred = false,
    keepsFaults = false,
    ...options
  }: CheckOptions & { timeoutMs?: number; keepsDeferred?: boolean; keepsFaults?: boolean } = {},
): Promise<ScenarioResult> {
  if (!keepsFaults) endFaults(environment);
  await waitUntilEnded(environment, { timeoutMs, keepsDeferred });
  return checkEnvironment(environment, options);
}

export function endFaults(environment: ChaosEnvironment): void {
  environment.sink.injectFaults(null);
  environment.sink.setDelay(0);
  for (const supervised of environment.processes) environment.injectCommitFaults(supervised, null);
}

/** Waits until every delivery has ended. Returns false when nothing happens for too long: the check
 *  then names those that have not. */
export async function waitUntilEnded(
  environment: ChaosEnvironment,
  { timeoutMs = DRAIN_TIMEOUT_MS, keepsDeferred = false } = {},
): Promise<boolean> {
  const { sink } = environment;
  let open = Number.POSITIVE_INFINITY;
  const hasEnded = async () => {
    open = await environment.countOpen({ withDeferred: !keepsDeferred });
    return open === 0;
  };
  const progress = () => `${open} ${sink.transactions.length}`;
  return waitUntil('all deliveries ended', hasEnded, { timeoutMs, progress, intervalMs: 100 }).then(
    () => true,
    (error) => {
      if (isTimeoutError(error)) return false;
      throw error;
    },
  );
}

const NO_EXPECTATION: Expectation = {};

/** Checks the invariants now, or as soon as the records agree with each other. */
export async function checkEnvironment(
  environment: ChaosEnvironment,
  options: CheckOptions = {},
): Promise<ScenarioResult> {
  const startedAt = performance.now();
  for (;;) {
    const evidence = await gatherEvidence(environment, options);
    if (isSettled(evidence) || performance.now() - startedAt > SETTLE_TIMEOUT_MS)
      return checkInvariants(evidence);
    await pause(1000);
  }
}

async function gatherEvidence(
  environment: ChaosEnvironment,
  {
    expect = () => NO_EXPECTATION,
    allowsMailTo = () => false,
    expectedAudience,
    audience: known,
  }: CheckOptions,
): Promise<Evidence> {
  const { sink, faults, hasOneClock } = environment;
  const statuses = await readStatuses(environment);
  return environment.withDatabase(async (queries) => {
    const audience = known ?? (await queries.audience());
    return {
      audience,
      expectedAudience: expectedAudience ?? environment.subscriberCount(),
      rows: await queries.deliveries(),
      changes: await queries.changes(),
      pidByLease: await queries.pidByLease(),
      strandedBatches: await queries.strandedBatches(),
      ...{ transactions: sink.transactions, seenAt: sink.seenAt },
      ...{ faults, kills: faults.filter(({ kind }) => kind === 'killed').length },
      ...{ statuses, maxInFlight: MAX_IN_FLIGHT, hasOneClock, expect, allowsMailTo },
    };
  });
}

/** The output of `digest status --json`. */
export interface DigestStatus {
  date: string;
  audience: number;
  states: Record<string, number>;
}

export async function readDigestStatus(
  environment: Pick<ChaosEnvironment, 'commandEnvironment'>,
  date?: string,
): Promise<DigestStatus> {
  const line = `digest status --json${date === undefined ? '' : ` --date ${date}`}`;
  return JSON.parse(await runPaperboyOk(line, environment.commandEnvironment));
}

async function readStatuses(environment: ChaosEnvironment): Promise<DigestStatus[]> {
  const statuses: DigestStatus[] = [];
  for (const date of await environment.digestDates())
    statuses.push(await readDigestStatus(environment, date));
  return statuses;
}
