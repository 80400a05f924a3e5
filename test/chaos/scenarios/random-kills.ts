import { pause, pollUntil } from '../../processes/support/paperboy.ts';
import {
  type ChaosEnvironment,
  drainAndCheck,
  type ScenarioResult,
} from '../environment/environment.ts';
import { nextKillAfter } from '../kill-schedule.ts';
import { MAX_IN_FLIGHT } from '../settings.ts';
import { addViolations, type Scenario, type ScenarioSize } from './scenario.ts';

/** The machine cannot do more: each kill costs the start of a process. */
const MAX_KILLS_PER_SECOND = 0.5;
const MAX_DELAY_MS = 1000;

/** Time without mail, in ms, after which the scenario gives up. */
const TIMEOUT_MS = 60_000;

/**
 * Time without mail, in ms, after which the send command is started again: it enqueues freed
 * batches at once, and otherwise every 10 s. The time doubles with each restart.
 */
const IDLE_MS = 2000;

/** Up to this many kills are logged one by one. */
const VERBOSE_BELOW = 20;

export const randomKills: Scenario = {
  name: 'random-kills',
  about: 'kill -9 of a worker at any moment, --kills times while --subscribers are mailed',
  workers: 3,
  servers: killAtRandom,
  embedded: killAtRandom,
};

async function killAtRandom(
  environment: ChaosEnvironment,
  { subscribers, kills }: ScenarioSize,
): Promise<ScenarioResult> {
  const { sink, random, processes } = environment;
  await environment.compose(subscribers);
  const mailsPerSecond = (subscribers / Math.max(kills, 1)) * MAX_KILLS_PER_SECOND;
  const atOnce = processes.length * MAX_IN_FLIGHT;
  sink.setDelay(Math.min(MAX_DELAY_MS, Math.round((atOnce / mailsPerSecond) * 1000)));
  environment.sendCommand.start();
  let missingKills: string | null = null;
  for (let killsLeft = kills; killsLeft > 0; killsLeft -= 1) {
    const next =
      countDone(environment) +
      nextKillAfter(random, { subscribers, done: countDone(environment), killsLeft });
    const isReached = await pollUntil(hasReached(environment, next), TIMEOUT_MS).catch(() => false);
    if (!isReached) {
      missingKills = `only ${kills - killsLeft} of ${kills} kills: ${sink.accepted()} accepted, then no more`;
      break;
    }
    await pause(random.between(0, 40));
    await killOne(environment);
    if (killsLeft % 10 === 1 || kills <= VERBOSE_BELOW)
      environment.log(`${kills - killsLeft + 1} of ${kills} kills, ${sink.accepted()} accepted`);
  }
  return addViolations(await drainAndCheck(environment, { timeoutMs: 600_000 }), [missingKills]);
}

/** Whether `count` subscribers are done. Restarts the send command when no mail arrives. */
function hasReached(environment: ChaosEnvironment, count: number): () => boolean {
  let last = countDone(environment);
  let restartAt = performance.now() + IDLE_MS;
  let idleMs = IDLE_MS;
  return () => {
    const done = countDone(environment);
    const isIdle = done <= last && performance.now() > restartAt;
    if (isIdle) {
      environment.sendCommand.restart();
      idleMs *= 2;
    }
    if (isIdle || done > last) restartAt = performance.now() + idleMs;
    last = done;
    return done >= count;
  };
}

/** Kills a random running process, or the first one that runs again. */
async function killOne({ processes, random }: ChaosEnvironment): Promise<void> {
  for (;;) {
    const running = processes.filter((supervised) => supervised.pid() !== null);
    if (running.length > 0 && random.pick(running).kill()) return;
    await Promise.race(processes.map((supervised) => supervised.waitUntilRunning()));
  }
}

/** Subscribers with no more mail to come, roughly: nothing retries what a kill left in flight. */
function countDone({ sink, sendingAtKills }: ChaosEnvironment): number {
  return sink.accepted() + sendingAtKills.reduce((sum, each) => sum + each, 0);
}
