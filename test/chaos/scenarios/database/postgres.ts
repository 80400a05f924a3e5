import { pause } from '../../../processes/support/paperboy.ts';
import {
  drainAndCheck,
  type ScenarioResult,
  waitUntilEnded,
} from '../../environment/environment.ts';
import type { ServerEnvironment } from '../../environment/servers.ts';
import type { CommitFault } from '../../postgres/proxy.ts';
import type { StatementName } from '../../postgres/statements.ts';
import { addViolations, type Scenario, waitForAccepted } from '../scenario.ts';

const SUBSCRIBERS = 500;

async function begin(environment: ServerEnvironment, delayMs = 30): Promise<void> {
  environment.sink.setDelay(delayMs);
  await environment.startDigest(SUBSCRIBERS);
}

export const postgresCrash: Scenario = {
  name: 'postgres-crash',
  about:
    'PostgreSQL crashes while a digest is sent and recovers: committed changes last, nothing is unknown',
  ownsPostgres: true,
  servers: async (environment, { isLong }): Promise<ScenarioResult> => {
    await begin(environment);
    const crashes = isLong ? 4 : 2;
    for (let n = 1; n <= crashes; n += 1) {
      await waitForAccepted(environment, Math.floor((n * SUBSCRIBERS) / (crashes + 2)));
      await pause(environment.random.between(0, 60));
      await environment.postgres.crash();
      environment.log(`PostgreSQL crashed and recovered (${environment.sink.accepted()} accepted)`);
    }
    return addViolations(await drainAndCheck(environment), [checkNoCrash(environment)]);
  },
};

export const postgresTerminate: Scenario = {
  name: 'postgres-terminate',
  about: 'all backends are terminated at random times while a digest is sent: nothing is unknown',
  servers: async (environment, { isLong }): Promise<ScenarioResult> => {
    await begin(environment);
    const times = isLong ? 20 : 4;
    for (let n = 1; n <= times; n += 1) {
      await waitForAccepted(environment, Math.floor((n * SUBSCRIBERS) / (times + 2)));
      await pause(environment.random.between(0, 60));
      await environment.database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
      environment.log(`all backends were terminated (${environment.sink.accepted()} accepted)`);
    }
    return addViolations(await drainAndCheck(environment), [checkNoCrash(environment)]);
  },
};

/** A fault, and where it is injected. */
type PlannedFault = readonly ['before' | 'after', StatementName, CommitFault];

const QUICK_FAULTS: readonly PlannedFault[] = [
  ['after', 'claim', 'drop'],
  ['after', 'record', 'drop'],
  ['before', 'record', 'drop'],
  ['after', 'record', 'drop'],
  ['before', 'record', { stallMs: 3000 }],
  ['after', 'record', { stallMs: 3000 }],
];

export const lostCommits: Scenario = {
  name: 'lost-commits',
  about:
    'the answer to a commit is lost, or the commit itself, or it takes 3 s: the worker keeps running, and nothing is unknown',
  workers: 1,
  servers: (environment) => injectCommitFaults(environment, QUICK_FAULTS),
};

/** Longer than a worker waits for an answer: it gives up and repeats the statement. */
const LATE_MS = 40_000;

const LATE_STATEMENTS: readonly PlannedFault[] = [
  ['before', 'record', { stallMs: LATE_MS }],
  ['before', 'claim', { stallMs: LATE_MS }],
];

export const lateStatements: Scenario = {
  name: 'late-statements',
  about: `a statement reaches PostgreSQL ${LATE_MS / 1000} s late, when its worker has long repeated it: it changes nothing, and nothing is unknown`,
  workers: 1,
  runsInBackground: true,
  servers: (environment, { isLong }) =>
    injectCommitFaults(
      environment,
      isLong ? [...LATE_STATEMENTS, ...LATE_STATEMENTS] : LATE_STATEMENTS,
    ),
};

/** Injects the faults in order, some statements apart. */
async function injectCommitFaults(
  environment: ServerEnvironment,
  faults: readonly PlannedFault[],
): Promise<ScenarioResult> {
  let next = 0;
  let left = 0;
  for (const supervised of environment.processes) {
    environment.injectCommitFaults(supervised, ({ when, statements }) => {
      const [at, statement, fault] = faults[next] ?? [];
      if (!fault || at !== when || !statement || !statements.has(statement)) return null;
      left -= 1;
      if (left > 0) return null;
      next += 1;
      left = environment.random.between(1, 6);
      environment.log(`${when} the commit of a ${statement}: ${JSON.stringify(fault)}`);
      return fault;
    });
  }
  await begin(environment, 10);
  await waitUntilEnded(environment);
  const result = await drainAndCheck(environment);
  const rest = faults.length - next;
  return addViolations(result, [
    rest === 0 ? null : `${rest} of the faults never happened`,
    checkNoCrash(environment),
  ]);
}

/** A worker must wait for an unreachable database instead of ending. */
export function checkNoCrash({ crashes }: ServerEnvironment): string | null {
  return crashes.length === 0 ? null : `${crashes.length} processes ended by themselves`;
}
