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
import { MISSED_HOURS } from '../../environment/send-hours.ts';
import type { ServerEnvironment } from '../../environment/servers.ts';
import { addViolations, type Scenario, waitUntil } from '../scenario.ts';

const SUBSCRIBERS = 150;
const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

/** The fewest days that deliveries may be kept, and one more. */
const KEPT_DAYS = 8;
const DAYS_LATER = KEPT_DAYS + 1;

export const dump: Scenario = {
  name: 'dump',
  about:
    'pg_dump holds its locks for days while old deliveries are to be pruned and the next digest is composed and sent: neither waits for it, and what it kept is pruned afterwards',
  // Takes four minutes. On a busy machine the digest may be due before its papers are imported.
  quickDeployments: [],
  movesClock: true,
  ownsPostgres: true,
  runsInBackground: true,
  env: { DELIVERIES_KEPT_DAYS: String(KEPT_DAYS) },
  servers: async (environment): Promise<ScenarioResult> => {
    const { queries, moveClock, log } = environment;
    await environment.startDigest(SUBSCRIBERS);
    await waitUntilEnded(environment);
    const dumping = await startDump(environment);
    // Composing is due then, and so is a prune.
    const composeOffset = beforePrune(DAYS_LATER * DAY_S - (MISSED_HOURS - 0.2) * HOUR_S);
    await moveClock(composeOffset);
    await importPapers(environment);
    await waitUntil(
      'the next digest was composed',
      async () => (await queries.digests()).length > 1,
    );
    await moveClock(composeOffset + MISSED_HOURS * HOUR_S);
    await waitUntil(
      'the next digest was sent',
      async () => environment.sink.accepted() >= 2 * SUBSCRIBERS,
    );
    const isDumping = dumping.isRunning();
    log('the next digest was composed and sent beside pg_dump');
    const result = await drainAndCheck(environment);
    const code = await dumping.finish();
    await moveClock(beforePrune(composeOffset + (MISSED_HOURS + 0.5) * HOUR_S));
    const arePruned = await waitUntil('the old deliveries were pruned', async () =>
      (await queries.digests()).some(({ isPruned }) => isPruned),
    ).then(
      () => true,
      () => false,
    );
    return addViolations(result, [
      isDumping ? null : 'pg_dump had ended too early: the scenario proved nothing',
      code === 0 ? null : `pg_dump ended with ${code}`,
      arePruned ? null : 'the old deliveries were not pruned after pg_dump had ended',
    ]);
  },
};

/** When old rows are pruned, in s after each full hour, and how long before it processes have
 *  noticed that the clock was changed. */
const PRUNE_AT_S = 10 * 60;
const NOTICE_S = 50;

/** The first offset of the clock from `offset` on, in s, at which a prune is due soon. */
function beforePrune(offset: number): number {
  const time = Date.now() / 1000 + offset;
  const left = (PRUNE_AT_S - NOTICE_S - (time % HOUR_S) + HOUR_S) % HOUR_S;
  return Math.ceil(offset + left);
}

/** Starts a pg_dump whose output nobody reads, so that it keeps its snapshot and its locks. */
async function startDump({ databaseUrl, queries }: ServerEnvironment) {
  const program = findProgram('pg_dump', postgresFolders());
  if (program === null) throw new Error('pg_dump was not found.');
  const child = spawn(program, ['-d', databaseUrl], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  await waitUntil('pg_dump had locked the deliveries', () => queries.isDumping());
  return {
    isRunning: () => child.exitCode === null,
    finish: async (): Promise<number | null> => {
      child.stdout.resume();
      const [code] = await ended;
      return code;
    },
  };
}

/** Imports papers of the day before, by the clock of the processes. */
async function importPapers({ commandEnvironment, queries }: ServerEnvironment): Promise<void> {
  const day = await queries.yesterday();
  const papers = [1, 2, 3].map((n) => ({
    title: `Paper ${n} of ${day}`,
    abstract: 'What happens beside a dump.',
    listed_on: day,
  }));
  await writeFile(join(commandEnvironment.cwd, 'papers.json'), JSON.stringify(papers));
  await runPaperboyOk('papers import papers.json', commandEnvironment);
}
