import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runPaperboyOk } from '../../../processes/support/paperboy.ts';
import { findProgram, postgresFolders } from '../../../servers/find-program.ts';
import {
  drainAndCheck,
  type ScenarioResult,
  waitUntilEnded,
} from '../../environment/environment.ts';
import { planMissedDigest } from '../../environment/send-hours.ts';
import type { ServerEnvironment } from '../../environment/servers.ts';
import { waitUntil } from '../../environment/waits.ts';
import { addViolations, type Scenario } from '../scenario.ts';

const SUBSCRIBERS = 150;
const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

/** The fewest days that deliveries may be kept, and how long ago the old ones were sent. */
const KEPT_DAYS = 8;
const DAYS_AGO = KEPT_DAYS + 1;

export const dump: Scenario = {
  name: 'dump',
  about:
    'pg_dump holds its locks while old deliveries are to be pruned and the next digest is composed and sent: neither waits for it, and what it kept is pruned afterwards',
  // Takes four minutes.
  quickDeployments: [],
  movesClock: true,
  ownsPostgres: true,
  runsInBackground: true,
  env: { DELIVERIES_KEPT_DAYS: String(KEPT_DAYS) },
  servers: async (environment): Promise<ScenarioResult> => {
    const { queries, moveClock } = environment;
    // Later the clock must be right: with another one the timeouts of PostgreSQL do not work.
    await moveClock(-DAYS_AGO * DAY_S);
    await importPapers(environment, daysAgo(DAYS_AGO + 1));
    await environment.startDigest(SUBSCRIBERS);
    await waitUntilEnded(environment);
    const dumping = await startDump(environment);
    try {
      const result = await sendBeside(environment, dumping);
      const code = await dumping.finish();
      await moveClock(beforePrune(Date.now() / 1000));
      await waitUntil('the old deliveries were pruned after pg_dump had ended', async () =>
        (await queries.digests()).some(({ isPruned }) => isPruned),
      );
      return addViolations(result, [code === 0 ? null : `pg_dump ended with ${code}`]);
    } finally {
      dumping.kill();
    }
  },
};

/** Lets the digest of today be composed and sent, and the first one be pruned, beside pg_dump. */
async function sendBeside(environment: ServerEnvironment, dumping: Dump): Promise<ScenarioResult> {
  const { queries, sink } = environment;
  // The prune is overdue then, and a scheduler that starts composes the digest that was missed.
  await environment.moveClock(0);
  const { composeAt } = planMissedDigest(new Date());
  await environment.open(['start', 'scheduler'], { env: { COMPOSE_AT: composeAt } });
  await waitUntil('the next digest was composed', async () => (await queries.digests()).length > 1);
  const isSent = () => sink.accepted() >= 2 * SUBSCRIBERS;
  await waitUntil('the next digest was sent', isSent, { progress: () => sink.accepted() });
  const isDumping = dumping.isRunning();
  environment.log('the next digest was composed and sent beside pg_dump');
  return addViolations(await drainAndCheck(environment), [
    isDumping ? null : 'pg_dump had ended too early: the scenario proved nothing',
  ]);
}

/** When old rows are pruned, in s after each full hour, and how long before it processes have
 *  noticed that the clock was changed. */
const PRUNE_AT_S = 10 * 60;
const NOTICE_S = 50;

/** The first offset of the clock, in s, at which a prune is due soon. */
function beforePrune(nowSeconds: number): number {
  return Math.ceil((PRUNE_AT_S - NOTICE_S - (nowSeconds % HOUR_S) + HOUR_S) % HOUR_S);
}

interface Dump {
  isRunning(): boolean;
  /** Reads the output. @returns the exit code. */
  finish(): Promise<number | null>;
  kill(): void;
}

/** Starts a pg_dump whose output nobody reads, so that it keeps its snapshot and its locks. */
async function startDump({ databaseUrl, queries }: ServerEnvironment): Promise<Dump> {
  const program = findProgram('pg_dump', postgresFolders());
  if (program === null) throw new Error('pg_dump was not found.');
  const child = spawn(program, ['-d', databaseUrl], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  await waitUntil('pg_dump had locked the deliveries', () => queries.isDumping());
  return {
    isRunning: () => child.exitCode === null,
    finish: async () => {
      child.stdout.resume();
      const [code] = await ended;
      return code;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

function daysAgo(days: number): string {
  return new Date(Date.now() - days * DAY_S * 1000).toISOString().slice(0, 10);
}

/** Imports papers of a day. */
async function importPapers({ commandEnvironment }: ServerEnvironment, day: string): Promise<void> {
  const papers = [1, 2, 3].map((n) => ({
    title: `Paper ${n} of ${day}`,
    abstract: 'What happens beside a dump.',
    listed_on: day,
  }));
  await writeFile(join(commandEnvironment.cwd, 'papers.json'), JSON.stringify(papers));
  await runPaperboyOk('papers import papers.json', commandEnvironment);
}
