import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pause, pollUntil, runPaperboyOk } from '../../processes/support/paperboy.ts';
import {
  type ChaosEnvironment,
  checkEnvironment,
  createSendCommand,
  drainAndCheck,
  readDigestStatus,
  type ScenarioResult,
} from '../environment/environment.ts';
import type { ServerEnvironment } from '../environment/servers.ts';
import { MAX_IN_FLIGHT } from '../settings.ts';
import { addViolations, type Scenario, waitForAccepted } from './scenario.ts';

const HOUR_S = 3600;

/** Jumps forward among those below: to two hours ahead, and back from one hour behind. */
const JUMPS_AHEAD = 2;

/** How long to watch that nothing is sent, in ms. */
const WATCH_MS = 3000;

export const clockJumps: Scenario = {
  name: 'clock-jumps',
  about:
    'the wall clock jumps two hours ahead and three back while a digest is sent: on servers nothing more is sent until it agrees with the database again',
  movesClock: true,
  servers: refuseWhileWrong,
  embedded: jumpWhileSending,
};

async function refuseWhileWrong(environment: ServerEnvironment): Promise<ScenarioResult> {
  const violations: string[] = [];
  await environment.compose(400);
  environment.sink.setDelay(40);
  environment.sendCommand.start();
  for (const [accepted, hours] of [
    [40, 2],
    [120, -1],
  ] as const) {
    await waitForAccepted(environment, accepted);
    await environment.moveClock(hours * HOUR_S);
    environment.log(`the clock is ${hours} h ahead (${environment.sink.accepted()} accepted)`);
    await waitForClockAlerts(environment, 1);
    // What was in flight has been answered by now.
    const before = environment.sink.accepted();
    await pause(WATCH_MS);
    const sent = environment.sink.accepted() - before;
    if (sent > 0) violations.push(`${sent} mails were sent with the clock ${hours} h ahead`);
    await environment.moveClock(0);
    await waitForClockAlerts(environment, 0);
    environment.sendCommand.restart();
  }
  return addViolations(await drainAndCheck(environment), violations);
}

/** Waits until this many alerts about clocks are open, at most half a minute. */
async function waitForClockAlerts({ database }: ServerEnvironment, count: number): Promise<void> {
  await pollUntil(async () => {
    const { rows } = await database.query(
      `SELECT FROM alerts WHERE kind = 'clock-skew' AND ended_at IS NULL`,
    );
    return rows.length === count;
  }, 30_000);
}

async function jumpWhileSending(environment: ChaosEnvironment): Promise<ScenarioResult> {
  await environment.compose(400);
  environment.sink.setDelay(40);
  environment.sendCommand.start();
  for (const [accepted, hours] of [
    [40, 2],
    [120, -1],
    [200, 0],
  ] as const) {
    // With the clock behind, nothing may be due: then no mail is sent.
    await Promise.race([
      waitForAccepted(environment, accepted),
      pause(15_000, null, { ref: false }),
    ]);
    await environment.moveClock(hours * HOUR_S);
    environment.log(`the clock is ${hours} h ahead (${environment.sink.accepted()} accepted)`);
  }
  // The embedded database uses the clock that jumps. After a jump forward the lease looks expired.
  return drainAndCheck(environment, { allowedUnknown: JUMPS_AHEAD * MAX_IN_FLIGHT });
}

export const schedulers: Scenario = {
  name: 'schedulers',
  about:
    'two schedulers run with a wrong clock, then with the right one, and both are killed: one digest a day, at its hour, one mail for each subscriber',
  movesClock: true,
  workers: 1,
  servers: async (environment): Promise<ScenarioResult> => {
    const now = new Date();
    const today = now.toISOString().slice(0, 10);
    const composeAt = new Date(now.getTime() - 60_000).toISOString().slice(11, 16);
    const papers = [{ title: 'Of today', abstract: 'A paper.', listed_on: today }];
    await writeFile(
      join(environment.commandEnvironment.cwd, 'papers.json'),
      JSON.stringify(papers),
    );
    await runPaperboyOk('papers import papers.json', environment.commandEnvironment);
    await environment.withDatabase((queries) => queries.addSubscribers(200));

    const env = { COMPOSE_AT: composeAt };
    const digests = () => environment.withDatabase((queries) => queries.digests());
    const violations: string[] = [];
    await environment.moveClock(2 * HOUR_S);
    const both = [0, 1].map(() => environment.open(['start', 'scheduler'], env));
    await Promise.all(both.map((supervised) => supervised.waitUntilRunning()));
    await waitForClockAlerts(environment, 1);
    await pause(WATCH_MS);
    if ((await digests()).length > 0) violations.push('a scheduler composed with a wrong clock');
    await environment.moveClock(0);
    await pollUntil(async () => (await digests()).length > 0, 90_000);
    // With a wrong clock again, and through restarts, nothing more is composed.
    for (const hours of [-1, 0]) {
      await environment.moveClock(hours * HOUR_S);
      for (const supervised of both) {
        await supervised.waitUntilRunning();
        supervised.kill();
      }
      await Promise.all(both.map((supervised) => supervised.waitUntilRunning()));
    }
    await pause(1000);
    const composed = await digests();
    environment.log(
      `composed: ${composed.map(({ date, audience }) => `${date} for ${audience}`).join('; ')}`,
    );
    const [digest] = composed;
    if (!digest) return { counts: null, violations: ['no scheduler composed the digest'] };
    const sendCommand = createSendCommand(environment.commandEnvironment, {
      date: digest.date,
      waitUntilReady: async () => undefined,
    });
    sendCommand.start();
    await sendCommand.waitUntilSent();
    return addViolations(
      await checkEnvironment(environment, await readDigestStatus(environment, digest.date)),
      [
        ...violations,
        composed.length === 1 ? null : `${composed.length} digests were composed, expected one`,
        digest.audience === 200
          ? null
          : `the digest has ${digest.audience} subscribers, expected 200`,
      ],
    );
  },
};
