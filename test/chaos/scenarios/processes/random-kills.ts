import { pause } from '../../../processes/support/paperboy.ts';
import {
  type ChaosEnvironment,
  drainAndCheck,
  type ScenarioResult,
} from '../../environment/environment.ts';
import { nextKillAfter } from '../../kill-schedule.ts';
import { MAX_IN_FLIGHT, RETRY_TIMEOUT_MS } from '../../settings.ts';
import { type Scenario, type ScenarioSize, waitForAccepted } from '../scenario.ts';

/** The machine cannot do more: each kill costs the start of a process. */
const MAX_KILLS_PER_SECOND = 0.5;
const MAX_DELAY_MS = 1000;

/** Up to this many kills are logged one by one. */
const VERBOSE_BELOW = 20;

export const randomKills: Scenario = {
  name: 'random-kills',
  about: 'kill -9 of a worker at any moment, --kills times while --subscribers are mailed',
  workers: 3,
  servers: killAtRandom,
  embedded: killAtRandom,
};

export const postgresQueue: Scenario = {
  name: 'postgres-queue',
  about: 'kill -9 of a worker at any moment while the queue is in PostgreSQL: there is no Redis',
  queue: 'postgres',
  workers: 3,
  servers: (environment, { isLong }) =>
    killAtRandom(
      environment,
      isLong ? { subscribers: 4000, kills: 60 } : { subscribers: 400, kills: 3 },
    ),
};

async function killAtRandom(
  environment: ChaosEnvironment,
  { subscribers, kills }: Pick<ScenarioSize, 'subscribers' | 'kills'>,
): Promise<ScenarioResult> {
  const { sink, random, processes } = environment;
  const mailsPerSecond = (subscribers / Math.max(kills, 1)) * MAX_KILLS_PER_SECOND;
  const atOnce = processes.length * MAX_IN_FLIGHT;
  sink.setDelay(Math.min(MAX_DELAY_MS, Math.round((atOnce / mailsPerSecond) * 1000)));
  await environment.startDigest(subscribers);
  for (let killsLeft = kills; killsLeft > 0; killsLeft -= 1) {
    const done = sink.accepted();
    const next = done + nextKillAfter(random, { subscribers, done, killsLeft });
    await waitForAccepted(environment, next);
    await pause(random.between(0, 40));
    await killOne(environment);
    if (killsLeft % 10 === 1 || kills <= VERBOSE_BELOW)
      environment.log(`${kills - killsLeft + 1} of ${kills} kills, ${sink.accepted()} accepted`);
  }
  return drainAndCheck(environment, { timeoutMs: RETRY_TIMEOUT_MS });
}

/** Kills a random running process, or the first one that runs again. */
async function killOne({ processes, random }: ChaosEnvironment): Promise<void> {
  for (;;) {
    const running = processes.filter((supervised) => supervised.pid() !== null);
    if (running.length > 0 && random.pick(running).kill()) return;
    await Promise.race(processes.map((supervised) => supervised.waitUntilRunning()));
  }
}
