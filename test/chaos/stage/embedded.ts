import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedDatabase } from '../../../src/db/client.ts';
import { type Place, runWell } from '../../processes/support/paperboy.ts';
import { addressOf, CONNECTIONS, DAY } from '../settings.ts';
import { openSink } from '../smtp/sink.ts';
import { createClock } from './clock.ts';
import { createLedger } from './ledger.ts';
import type { StageOptions } from './servers.ts';
import { lastWords, openSlot, type Slot } from './slot.ts';
import { createSending, type Stage, statusOf } from './stage.ts';

/** A data folder that is migrated and seeded, to be copied for each stage. */
export interface EmbeddedHome {
  dataDir: string;
  stop(): Promise<void>;
}

export async function openEmbeddedHome(): Promise<EmbeddedHome> {
  const cwd = await mkdtemp(join(tmpdir(), 'paperboy-chaos-'));
  const dataDir = join(cwd, 'data');
  await runWell('seed', { cwd, env: { DATA_DIR: dataDir } });
  return { dataDir, stop: () => rm(cwd, { recursive: true, force: true }) };
}

/** A stage of one process with all roles: PGlite, no Redis. */
export async function openEmbeddedStage(
  home: EmbeddedHome,
  { random, say, movesClock = false }: StageOptions,
): Promise<Stage> {
  const cwd = await mkdtemp(join(tmpdir(), 'paperboy-chaos-'));
  const dataDir = join(cwd, 'data');
  await mkdir(dataDir, { mode: 0o700 });
  for (const name of ['postgres', 'keys.json']) {
    await cp(join(home.dataDir, name), join(dataDir, name), { recursive: true });
  }
  const sink = openSink();
  const { door, url } = await sink.openDoor();
  const clock = movesClock ? await createClock(cwd) : null;
  const place: Place = {
    cwd,
    env: {
      ...{ DATA_DIR: dataDir, PORT: '0', SMTP_URL: url, SOURCES: 'none' },
      ...{ SMTP_CONNECTIONS: String(CONNECTIONS), POSTAL_ADDRESS: '1 Paper Street' },
      ...clock?.env,
    },
  };
  const sendingAtKills: number[] = [];
  const crashes: string[] = [];
  const slots: Slot[] = [];
  const sending = createSending(place, { date: DAY, ready: async () => slots[0]?.up() });

  let unknown = 0;
  let uncounted: number[] = [];
  let group = { kills: [] as number[], left: 0 };
  let counting = Promise.resolve();
  /** What was `sending` is `unknown` once the next process has taken over; nobody can look before. Kills
   *  that follow one another before somebody could look share what they left. */
  const countUnknown = async () => {
    await slots[0]?.up();
    const { states } = await statusOf({ place });
    const left = Math.max(0, (states.unknown ?? 0) - unknown);
    unknown += left;
    if (uncounted.length > 0) group = { kills: uncounted, left: 0 };
    uncounted = [];
    group.left += left;
    for (const kill of group.kills)
      sendingAtKills[kill] = Math.ceil(group.left / group.kills.length);
  };
  const open = () => {
    slots[0] = openSlot({
      ...{ door, argv: ['start'], place, onCrash: (stderr) => crashes.push(lastWords(stderr)) },
      afterKill: async () => {
        uncounted.push(sendingAtKills.push(0) - 1);
        counting = countUnknown().catch(() => undefined);
        sending.again();
      },
    });
  };
  open();

  return {
    pair: 'embedded',
    ...{ random, say, sink, slots, place, sending, sendingAtKills, crashes },
    compose: async (readers) => {
      const rows = Array.from({ length: readers }, (_, n) => `${addressOf(n)},${n % 24}`);
      await writeFile(join(cwd, 'readers.csv'), `email,hour\n${rows.join('\n')}\n`);
      await slots[0]?.up();
      await runWell('subscribers import readers.csv', place);
      await runWell(`digest compose --date ${DAY}`, place);
    },
    withLedger: async (ask) => {
      await counting;
      await slots[0]?.stop();
      const database = await openEmbeddedDatabase({ folder: join(dataDir, 'postgres') });
      try {
        return await ask(
          createLedger(
            async (sql, values = []) => (await database.pool.query(sql, [...values])).rows,
          ),
        );
      } finally {
        await database.close();
        open();
      }
    },
    judgeCommits: () => undefined,
    moveClock: async (offsetSeconds) => clock?.move(offsetSeconds),
    close: async () => {
      sending.leave();
      await slots[0]?.remove();
      await sink.close();
      await rm(cwd, { recursive: true, force: true });
    },
  };
}
