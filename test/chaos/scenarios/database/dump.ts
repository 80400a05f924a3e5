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
import { waitUntil } from '../../environment/waits.ts';
import { addViolations, type Scenario } from '../scenario.ts';

const SUBSCRIBERS = 150;
const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

/** The fewest days that deliveries may be kept, and one more. */
const KEPT_DAYS = 8;
const DAYS_LATER = KEPT_DAYS + 1;

/** The digest must not be due at the import: composing was due up to 1.2 hours before the clock is
 *  to show, and the one of the day before is no longer made up for. */
const IMPORTED_BEFORE_S = 3 * HOUR_S;

export const dump: Scenario = {
  name: 'dump',
  about:
    'pg_dump holds its locks for days while old deliveries are to be pruned and the next digest is composed and sent: neither waits for it, and what it kept is pruned afterwards',
  // Takes four minutes.
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
    // Composing is due then, and so is a prune. The papers must be there before.
    const composeOffset = beforePrune(DAYS_LATER * DAY_S - (MISSED_HOURS - 0.2) * HOUR_S);
    await moveClock(composeOffset - IMPORTED_BEFORE_S);
    await importPapers(environment, dayBefore(composeOffset));
    await moveClock(composeOffset);
    await waitUntil(
      'the next digest was composed',
      async () => (await queries.digests()).length > 1,
    );
    await moveClock(composeOffset + MISSED_HOURS * HOUR_S);
    await waitUntil(
      'the next digest was sent',
      () => environment.sink.accepted() >= 2 * SUBSCRIBERS,
      { progress: () => environment.sink.accepted() },
    );
    const isDumping = dumping.isRunning();
    log('the next digest was composed and sent beside pg_dump');
    const result = await drainAndCheck(environment);
    const code = await dumping.finish();
    await moveClock(beforePrune(composeOffset + (MISSED_HOURS + 0.5) * HOUR_S));
    await waitUntil('the old deliveries were pruned after pg_dump had ended', async () =>
      (await queries.digests()).some(({ isPruned }) => isPruned),
    );
    return addViolations(result, [
      isDumping ? null : 'pg_dump had ended too early: the scenario proved nothing',
      code === 0 ? null : `pg_dump ended with ${code}`,
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

/** The day before the time to which `offset` moves the clock, in s. */
function dayBefore(offset: number): string {
  return new Date(Date.now() + (offset - DAY_S) * 1000).toISOString().slice(0, 10);
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
