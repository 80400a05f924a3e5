import { pause, until } from '../../processes/support/paperboy.ts';
import { nextKillAfter } from '../kill-schedule.ts';
import { MOST_IN_FLIGHT } from '../settings.ts';
import { type Finding, type Stage, settleAndCheck } from '../stage/stage.ts';
import { type Scenario, type Sizes, withMore } from './scenario.ts';

/** About how many kills a second the machine can follow: each costs the start of a process. */
const KILLS_A_SECOND = 0.5;
const SLOWEST_MS = 1000;

/** How long no mail may come, in ms, before a kill is given up. */
const LONGEST_MS = 60_000;

/** After how long without a mail, in ms, the command that sends is started again: it rings at once for
 *  what the kills freed, and by itself every 10 s only. Each time it gets twice as long to start. */
const IDLE_MS = 2000;

/** So few are told one by one. */
const FEW = 20;

export const randomKills: Scenario = {
  name: 'random-kills',
  about: 'kill -9 of a worker at any moment, as often as --kills says over --readers',
  workers: 3,
  servers: killAtRandom,
  embedded: killAtRandom,
};

async function killAtRandom(stage: Stage, { readers, kills }: Sizes): Promise<Finding> {
  const { sink, random, slots } = stage;
  await stage.compose(readers);
  const mailsPerSecond = (readers / Math.max(kills, 1)) * KILLS_A_SECOND;
  const atOnce = slots.length * MOST_IN_FLIGHT;
  sink.setDelay(Math.min(SLOWEST_MS, Math.round((atOnce / mailsPerSecond) * 1000)));
  stage.sending.begin();
  let missed: string | null = null;
  for (let killsLeft = kills; killsLeft > 0; killsLeft -= 1) {
    const next = doneOf(stage) + nextKillAfter(random, { readers, done: doneOf(stage), killsLeft });
    const isThere = await until(hasCome(stage, next), LONGEST_MS).catch(() => false);
    if (!isThere) {
      missed = `only ${kills - killsLeft} of ${kills} kills: ${sink.accepted()} accepted, and no more came`;
      break;
    }
    await pause(random.between(0, 40));
    await killOne(stage);
    if (killsLeft % 10 === 1 || kills <= FEW)
      stage.say(`${kills - killsLeft + 1} of ${kills} kills, ${sink.accepted()} accepted`);
  }
  return withMore(await settleAndCheck(stage, { timeoutMs: 600_000 }), [missed]);
}

/** Looks whether so many are done, and has what is due rung for when nothing happens. */
function hasCome(stage: Stage, count: number): () => boolean {
  let last = doneOf(stage);
  let lookAgainAt = performance.now() + IDLE_MS;
  let idleMs = IDLE_MS;
  return () => {
    const done = doneOf(stage);
    const isIdle = done <= last && performance.now() > lookAgainAt;
    if (isIdle) {
      stage.sending.again();
      idleMs *= 2;
    }
    if (isIdle || done > last) lookAgainAt = performance.now() + idleMs;
    last = done;
    return done >= count;
  };
}

/** Kills one of those that run; if none does, the first that runs again. */
async function killOne({ slots, random }: Stage): Promise<void> {
  for (;;) {
    const running = slots.filter((slot) => slot.pid() !== null);
    if (running.length > 0 && random.pick(running).kill()) return;
    await Promise.race(slots.map((slot) => slot.up()));
  }
}

/** Readers who get no further mail, about: what a kill left in flight will not be accepted any more. */
function doneOf({ sink, sendingAtKills }: Stage): number {
  return sink.accepted() + sendingAtKills.reduce((sum, each) => sum + each, 0);
}
