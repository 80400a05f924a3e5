import { until } from '../../processes/support/paperboy.ts';
import type { StatementName } from '../postgres/statements.ts';
import type { SmtpStage } from '../smtp/faults.ts';
import { type Finding, type Stage, settleAndCheck } from '../stage/stage.ts';
import type { Scenario } from './scenario.ts';

/** Moments of a delivery: in the dialogue with the relay, or at a commit. */
const IN_SMTP: readonly SmtpStage[] = ['RCPT', 'body', 'accepted', 'replied'];
const AT_COMMITS: readonly (readonly ['before' | 'after', StatementName])[] = [
  ['before', 'claim'],
  ['after', 'claim'],
  ['before', 'record'],
  ['after', 'record'],
];

/** How long a process may take to come to a point, in ms: what another one held must be freed first. */
const LONGEST_MS = 150_000;

/** How many such moments may pass before the kill. */
const MOST_PASSED = 12;

export const namedKills: Scenario = {
  name: 'named-kills',
  about:
    'kill -9 at RCPT, in mid-DATA, after the dot, after the reply, and before and after the claim and the result are committed',
  workers: 1,
  servers: async (stage) => {
    await begin(stage, 700);
    for (const point of IN_SMTP) await killAtStage(stage, point);
    for (const [when, statement] of AT_COMMITS) await killAtCommit(stage, when, statement);
    return settleAndCheck(stage);
  },
  embedded: async (stage): Promise<Finding> => {
    await begin(stage, 400);
    for (const point of IN_SMTP) await killAtStage(stage, point);
    return settleAndCheck(stage);
  },
};

async function begin(stage: Stage, readers: number): Promise<void> {
  await stage.compose(readers);
  stage.sink.setDelay(25);
  stage.sending.begin();
}

async function killAtStage(stage: Stage, point: SmtpStage): Promise<void> {
  let left = stage.random.between(0, MOST_PASSED);
  let isDone = false;
  stage.sink.judgeBy((moment) => {
    if (isDone || moment.stage !== point) return null;
    left -= 1;
    if (left < 0) isDone = killOn(stage, moment.door);
    return null;
  });
  await done(stage, `kill -9 at ${point}`, () => isDone);
  stage.sink.judgeBy(null);
}

async function killAtCommit(
  stage: Stage,
  when: 'before' | 'after',
  statement: StatementName,
): Promise<void> {
  // A claim comes once in 200 mails, results come all the time.
  let left = statement === 'claim' ? 0 : stage.random.between(0, MOST_PASSED);
  let isDone = false;
  for (const slot of stage.slots) {
    stage.judgeCommits(slot, (moment) => {
      if (isDone || moment.when !== when || !moment.statements.has(statement)) return null;
      left -= 1;
      if (left < 0) isDone = killOn(stage, slot.door);
      return isDone ? 'drop' : null;
    });
  }
  await done(stage, `kill -9 ${when} the ${statement} is committed`, () => isDone);
  for (const slot of stage.slots) stage.judgeCommits(slot, null);
}

function killOn({ slots }: Stage, door: number): boolean {
  return slots.find((slot) => slot.door === door)?.kill() ?? false;
}

/** Waits for the kill, then has what it freed rung for. */
async function done(stage: Stage, what: string, isDone: () => boolean): Promise<void> {
  await until(isDone, LONGEST_MS).catch(() => {
    throw new Error(`No process ever came to: ${what}.`);
  });
  stage.say(`${what} (${stage.sink.accepted()} accepted)`);
  await Promise.all(stage.slots.map((slot) => slot.up()));
  stage.sending.again();
}
