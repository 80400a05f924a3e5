import { pause, pollUntil } from '../../processes/support/paperboy.ts';
import {
  type ChaosEnvironment,
  drainAndCheck,
  type ScenarioResult,
} from '../environment/environment.ts';
import { nextKillAfter } from '../kill-schedule.ts';
import { MAX_IN_FLIGHT } from '../settings.ts';
import { addViolations, type Scenario, type ScenarioSize } from './scenario.ts';

/** About how many kills a second the machine can follow: each costs the start of a process. */
const KILLS_PER_SECOND = 0.5;
const SLOWEST_MS = 1000;

/** How long no mail may come, in ms, before a kill is given up. */
const LONGEST_MS = 60_000;

/** After how long without a mail, in ms, the command that sends is started again: it rings at once for
 *  what the kills freed, and by itself every 10 s only. Each time it gets twice as long to start. */
const IDLE_MS = 2000;

/** So few are told one by one. */
const VERBOSE_BELOW = 20;

export const randomKills: Scenario = {
  name: 'random-kills',
  about: 'kill -9 of a worker at any moment, as often as --kills says over --readers',
  workers: 3,
  servers: killAtRandom,
  embedded: killAtRandom,
};

async function killAtRandom(
  environment: ChaosEnvironment,
  { readers: subscribers, kills }: ScenarioSize,
): Promise<ScenarioResult> {
  const { sink, random, processes } = environment;
  await environment.compose(subscribers);
  const mailsPerSecond = (subscribers / Math.max(kills, 1)) * KILLS_PER_SECOND;
  const atOnce = processes.length * MAX_IN_FLIGHT;
  sink.setDelay(Math.min(SLOWEST_MS, Math.round((atOnce / mailsPerSecond) * 1000)));
  environment.sendCommand.start();
  let missingKills: string | null = null;
  for (let killsLeft = kills; killsLeft > 0; killsLeft -= 1) {
    const next =
      countDone(environment) +
      nextKillAfter(random, { readers: subscribers, done: countDone(environment), killsLeft });
    const isThere = await pollUntil(hasReached(environment, next), LONGEST_MS).catch(() => false);
    if (!isThere) {
      missingKills = `only ${kills - killsLeft} of ${kills} kills: ${sink.accepted()} accepted, and no more came`;
      break;
    }
    await pause(random.between(0, 40));
    await killOne(environment);
    if (killsLeft % 10 === 1 || kills <= VERBOSE_BELOW)
      environment.log(`${kills - killsLeft + 1} of ${kills} kills, ${sink.accepted()} accepted`);
  }
  return addViolations(await drainAndCheck(environment, { timeoutMs: 600_000 }), [missingKills]);
}

/** Looks whether so many are done, and has what is due rung for when nothing happens. */
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

/** Kills one of those that run; if none does, the first that runs again. */
async function killOne({ processes, random }: ChaosEnvironment): Promise<void> {
  for (;;) {
    const running = processes.filter((supervised) => supervised.pid() !== null);
    if (running.length > 0 && random.pick(running).kill()) return;
    await Promise.race(processes.map((supervised) => supervised.waitUntilRunning()));
  }
}

/** Readers who get no further mail, about: what a kill left in flight will not be accepted any more. */
function countDone({ sink, sendingAtKills }: ChaosEnvironment): number {
  return sink.accepted() + sendingAtKills.reduce((sum, each) => sum + each, 0);
}
