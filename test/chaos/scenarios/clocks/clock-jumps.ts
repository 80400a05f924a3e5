import { Redis } from 'ioredis';
import { pause } from '../../../processes/support/paperboy.ts';
import {
  type ChaosEnvironment,
  drainAndCheck,
  type ScenarioResult,
  waitUntilEnded,
} from '../../environment/environment.ts';
import type { ServerEnvironment } from '../../environment/servers.ts';
import { waitUntil } from '../../environment/waits.ts';
import { BEYOND_RETRY_S } from '../../settings.ts';
import { addLate, addViolations, type Scenario, waitForAccepted } from '../scenario.ts';

const HOUR_S = 3600;
const JUMP_AHEAD_HOURS = 2;

/** How long to watch what happens under a wrong clock, in ms. */
const WATCH_MS = 3000;

export const clockJumps: Scenario = {
  name: 'clock-jumps',
  about:
    'the wall clock of the processes jumps two hours ahead and three back while a digest is sent: on servers an alert is raised and nothing more is sent until it agrees with the database again; nothing is unknown',
  movesClock: true,
  runsInBackground: true,
  servers: refuseWhileWrong,
  embedded: jumpWhileSending,
};

async function refuseWhileWrong(environment: ServerEnvironment): Promise<ScenarioResult> {
  const { sink, queries } = environment;
  const violations: string[] = [];
  sink.setDelay(40);
  await environment.startDigest(400);
  for (const [accepted, hours] of [
    [40, JUMP_AHEAD_HOURS],
    [120, -1],
  ] as const) {
    await waitForAccepted(environment, accepted);
    await environment.moveClock(hours * HOUR_S);
    environment.log(`the clock is ${hours} h ahead (${sink.accepted()} accepted)`);
    await waitUntil(
      'an alert about the clock was raised and the claimed mails ended',
      async () =>
        (await queries.countOpenAlerts('clock-skew')) > 0 &&
        (await queries.countInStates(['claimed', 'sending'])) === 0,
    );
    const before = sink.accepted();
    await pause(WATCH_MS);
    const sent = sink.accepted() - before;
    if (sent > 0) violations.push(`${sent} mails were sent with the clock ${hours} h ahead`);
    await environment.moveClock(0);
    await waitUntil(
      'the alert about the clock ended',
      async () => (await queries.countOpenAlerts('clock-skew')) === 0,
    );
  }
  return addViolations(await drainAndCheck(environment), violations);
}

/** The embedded database uses the clock that jumps. */
async function jumpWhileSending(environment: ChaosEnvironment): Promise<ScenarioResult> {
  environment.sink.setDelay(40);
  await environment.startDigest(400);
  for (const [accepted, hours] of [
    [40, JUMP_AHEAD_HOURS],
    [120, -1],
    [200, 0],
  ] as const) {
    await waitForAccepted(environment, accepted);
    await environment.moveClock(hours * HOUR_S);
    environment.log(`the clock is ${hours} h ahead (${environment.sink.accepted()} accepted)`);
  }
  // What was deferred while the clock was ahead is retried by that clock.
  await waitUntilEnded(environment, { keepsDeferred: true });
  await environment.moveClock(JUMP_AHEAD_HOURS * HOUR_S + BEYOND_RETRY_S);
  return drainAndCheck(environment);
}

/** How far the clock of the whole machine is set back, in hours. */
const BACK_HOURS = 3;

/** Work whose hour has come by the new clock too waits no longer for the scheduler, in s. */
const MAX_STANDSTILL_S = 100;

export const clockBack: Scenario = {
  name: 'clock-back',
  about: `the clock of the whole machine, PostgreSQL included, is set back ${BACK_HOURS} hours while the scheduler runs and Redis is wiped: the sweep goes on, and everything is sent`,
  movesClock: true,
  ownsPostgres: true,
  runsInBackground: true,
  servers: async (environment): Promise<ScenarioResult> => {
    const { sink, queries, redis } = environment;
    if (!redis) throw new Error('This scenario needs Redis.');
    sink.setDelay(100);
    await environment.startDigest(400);
    await waitForAccepted(environment, 40);
    await environment.moveClock(-BACK_HOURS * HOUR_S);
    // The worker dies with the leases of the time before.
    environment.processes[0]?.kill();
    const client = new Redis(redis.url);
    await client.flushall();
    client.disconnect();
    const changedAt = performance.now();
    environment.log(`the clock is ${BACK_HOURS} h back (${sink.accepted()} accepted)`);
    sink.setDelay(0);
    await waitUntil(
      'everything was sent whose hour has come by the new clock',
      async () => (await queries.countDue()) === 0,
    );
    const standstill = Math.round((performance.now() - changedAt) / 1000);
    environment.log(`after ${standstill} s nothing was due (${sink.accepted()} accepted)`);
    await environment.moveClock(0);
    return addLate(await drainAndCheck(environment), [
      standstill <= MAX_STANDSTILL_S
        ? null
        : `deliveries were due ${standstill} s after the clock was set back, the limit is ${MAX_STANDSTILL_S} s`,
    ]);
  },
};
