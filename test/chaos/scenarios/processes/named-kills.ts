import {
  type ChaosEnvironment,
  drainAndCheck,
  type ScenarioResult,
} from '../../environment/environment.ts';
import { waitUntil } from '../../environment/waits.ts';
import type { StatementName } from '../../postgres/statements.ts';
import type { SmtpStage } from '../../smtp/faults.ts';
import type { Scenario } from '../scenario.ts';

/** The points of the kills: a stage of the SMTP session, or a commit. */
const SMTP_STAGES: readonly SmtpStage[] = ['RCPT', 'body', 'accepted', 'replied'];
const COMMITS: readonly (readonly ['before' | 'after', StatementName])[] = [
  ['before', 'claim'],
  ['after', 'claim'],
  ['before', 'record'],
  ['after', 'record'],
];

/** The most occurrences of a point that pass before the kill. */
const MAX_SKIPPED = 12;

export const namedKills: Scenario = {
  name: 'named-kills',
  about:
    'kill -9 at RCPT, in mid-DATA, after the dot, after the reply, and before and after the claim and the result are committed',
  workers: 1,
  servers: async (environment) => {
    await begin(environment, 900);
    for (const point of SMTP_STAGES) await killAtSmtpStage(environment, point);
    for (const [when, statement] of COMMITS) await killAtCommit(environment, when, statement);
    return drainAndCheck(environment);
  },
  embedded: async (environment): Promise<ScenarioResult> => {
    await begin(environment, 400);
    for (const point of SMTP_STAGES) await killAtSmtpStage(environment, point);
    return drainAndCheck(environment);
  },
};

async function begin(environment: ChaosEnvironment, subscribers: number): Promise<void> {
  environment.sink.setDelay(25);
  await environment.startDigest(subscribers);
}

async function killAtSmtpStage(environment: ChaosEnvironment, point: SmtpStage): Promise<void> {
  let left = environment.random.between(0, MAX_SKIPPED);
  let isDone = false;
  environment.sink.injectFaults((moment) => {
    if (isDone || moment.stage !== point) return null;
    left -= 1;
    if (left < 0) isDone = killListenerProcess(environment, moment.listenerIndex);
    return null;
  });
  await waitForKill(environment, `kill -9 at ${point}`, () => isDone);
  environment.sink.injectFaults(null);
}

async function killAtCommit(
  environment: ChaosEnvironment,
  when: 'before' | 'after',
  statement: StatementName,
): Promise<void> {
  // A claim happens once in a batch, a record with almost each mail.
  let left = statement === 'claim' ? 0 : environment.random.between(0, MAX_SKIPPED);
  let isDone = false;
  for (const supervised of environment.processes) {
    environment.injectCommitFaults(supervised, (moment) => {
      if (isDone || moment.when !== when || !moment.statements.has(statement)) return null;
      left -= 1;
      if (left < 0) isDone = killListenerProcess(environment, supervised.listenerIndex);
      return isDone ? 'drop' : null;
    });
  }
  await waitForKill(environment, `kill -9 ${when} the ${statement} is committed`, () => isDone);
  for (const supervised of environment.processes) environment.injectCommitFaults(supervised, null);
}

function killListenerProcess({ processes }: ChaosEnvironment, listenerIndex: number): boolean {
  return (
    processes.find((supervised) => supervised.listenerIndex === listenerIndex)?.kill() ?? false
  );
}

async function waitForKill(
  environment: ChaosEnvironment,
  what: string,
  isDone: () => boolean,
): Promise<void> {
  const { sink } = environment;
  await waitUntil(`a process reached the point of ${what}`, isDone, {
    progress: () => sink.accepted(),
    intervalMs: 5,
  });
  environment.log(`${what} (${sink.accepted()} accepted)`);
  await Promise.all(environment.processes.map((supervised) => supervised.waitUntilRunning()));
}
