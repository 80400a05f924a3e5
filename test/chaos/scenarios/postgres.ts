import { pause } from '../../processes/support/paperboy.ts';
import type { CommitFault } from '../postgres/proxy.ts';
import type { StatementName } from '../postgres/statements.ts';
import { MOST_IN_FLIGHT } from '../settings.ts';
import type { ServersStage } from '../stage/servers.ts';
import { type Finding, settleAndCheck } from '../stage/stage.ts';
import { mailed, type Scenario, withMore } from './scenario.ts';

const READERS = 500;

async function begin(stage: ServersStage, delayMs = 30): Promise<void> {
  await stage.compose(READERS);
  stage.sink.setDelay(delayMs);
  stage.sending.begin();
}

export const postgresCrash: Scenario = {
  name: 'postgres-crash',
  about: 'PostgreSQL crashes in mid-send and comes back: what was committed holds',
  breaksPostgres: true,
  servers: async (stage, { isLong }): Promise<Finding> => {
    await begin(stage);
    const crashes = isLong ? 4 : 2;
    for (let n = 1; n <= crashes; n += 1) {
      await mailed(stage, Math.floor((n * READERS) / (crashes + 2)));
      await pause(stage.random.between(0, 60));
      await stage.postgres.crash();
      stage.say(`PostgreSQL crashed and is back (${stage.sink.accepted()} accepted)`);
      stage.sending.again();
    }
    const swallowed = crashes * stage.slots.length * MOST_IN_FLIGHT;
    return withMore(await settleAndCheck(stage, { swallowed }), [livedOn(stage)]);
  },
};

export const postgresTerminate: Scenario = {
  name: 'postgres-terminate',
  about: 'all backends are terminated at random moments of sending',
  servers: async (stage, { isLong }): Promise<Finding> => {
    await begin(stage);
    const times = isLong ? 20 : 4;
    for (let n = 1; n <= times; n += 1) {
      await mailed(stage, Math.floor((n * READERS) / (times + 2)));
      await pause(stage.random.between(0, 60));
      await stage.database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
      stage.say(`all backends were terminated (${stage.sink.accepted()} accepted)`);
      stage.sending.again();
    }
    const swallowed = times * stage.slots.length * MOST_IN_FLIGHT;
    return withMore(await settleAndCheck(stage, { swallowed }), [livedOn(stage)]);
  },
};

/** Commits whose answer is lost, whose question is lost, and that take their time. */
const LOSSES: readonly (readonly ['before' | 'after', StatementName, CommitFault])[] = [
  ['after', 'claim', 'drop'],
  ['after', 'record', 'drop'],
  ['before', 'record', 'drop'],
  ['after', 'record', 'drop'],
  ['before', 'record', { stallMs: 3000 }],
  ['after', 'record', { stallMs: 3000 }],
];

export const lostCommits: Scenario = {
  name: 'lost-commits',
  about:
    'the answer to a commit is lost, or the commit itself, or it takes 3 s: the worker lives on, and nothing is unknown',
  workers: 1,
  servers: async (stage): Promise<Finding> => {
    let next = 0;
    let left = 0;
    for (const slot of stage.slots) {
      stage.judgeCommits(slot, ({ when, statements }) => {
        const [at, statement, fault] = LOSSES[next] ?? [];
        if (!fault || at !== when || !statement || !statements.has(statement)) return null;
        left -= 1;
        if (left > 0) return null;
        next += 1;
        left = stage.random.between(1, 6);
        stage.say(`${when} the commit of a ${statement}: ${JSON.stringify(fault)}`);
        return fault;
      });
    }
    await begin(stage, 10);
    await stage.sending.finish();
    const finding = await settleAndCheck(stage);
    const rest = LOSSES.length - next;
    return withMore(finding, [
      rest === 0 ? null : `${rest} of the faults never came to pass`,
      livedOn(stage),
    ]);
  },
};

/** A worker waits for a database that is away. */
function livedOn({ crashes }: ServersStage): string | null {
  return crashes.length === 0 ? null : `${crashes.length} workers ended by themselves`;
}
