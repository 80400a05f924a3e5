import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedDatabase } from '../../../src/db/client.ts';
import { type ProcessEnvironment, runPaperboyOk } from '../../processes/support/paperboy.ts';
import { addressOf, CONNECTIONS, DAY } from '../settings.ts';
import { openFaultySmtpServer } from '../smtp/faulty-server.ts';
import { createAdjustableClock } from './clock.ts';
import { type ChaosEnvironment, createSendCommand, readDigestStatus } from './environment.ts';
import { createChaosQueries } from './queries.ts';
import type { EnvironmentOptions } from './servers.ts';
import { extractError, type SupervisedProcess, superviseProcess } from './supervised-process.ts';

/** A migrated data folder with the seed papers, which each environment copies. */
export interface EmbeddedTemplate {
  dataDir: string;
  stop(): Promise<void>;
}

export async function openEmbeddedTemplate(): Promise<EmbeddedTemplate> {
  const cwd = await mkdtemp(join(tmpdir(), 'paperboy-chaos-'));
  const dataDir = join(cwd, 'data');
  await runPaperboyOk('seed', { cwd, env: { DATA_DIR: dataDir } });
  return { dataDir, stop: () => rm(cwd, { recursive: true, force: true }) };
}

/** Opens an environment of one process with all roles: PGlite, no Redis. */
export async function openEmbeddedEnvironment(
  template: EmbeddedTemplate,
  { random, log, movesClock = false }: EnvironmentOptions,
): Promise<ChaosEnvironment> {
  const cwd = await mkdtemp(join(tmpdir(), 'paperboy-chaos-'));
  const dataDir = join(cwd, 'data');
  await mkdir(dataDir, { mode: 0o700 });
  for (const name of ['postgres', 'keys.json']) {
    await cp(join(template.dataDir, name), join(dataDir, name), { recursive: true });
  }
  const sink = openFaultySmtpServer();
  const { listenerIndex, url } = await sink.openListener();
  const clock = movesClock ? await createAdjustableClock(cwd) : null;
  const commandEnvironment: ProcessEnvironment = {
    cwd,
    env: {
      ...{ DATA_DIR: dataDir, PORT: '0', SMTP_URL: url, SOURCES: 'none' },
      ...{ SMTP_CONNECTIONS: String(CONNECTIONS), POSTAL_ADDRESS: '1 Paper Street' },
      ...clock?.env,
    },
  };
  const sendingAtKills: number[] = [];
  const crashes: string[] = [];
  const processes: SupervisedProcess[] = [];
  const sendCommand = createSendCommand(commandEnvironment, {
    date: DAY,
    waitUntilReady: async () => processes[0]?.waitUntilRunning(),
  });

  let unknown = 0;
  let uncounted: number[] = [];
  let group = { kills: [] as number[], left: 0 };
  let counting = Promise.resolve();
  /**
   * The next process turns `sending` into `unknown` when it starts; only then can a command count.
   * Kills that follow each other faster share the count.
   */
  const countUnknown = async () => {
    await processes[0]?.waitUntilRunning();
    const { states } = await readDigestStatus({ commandEnvironment });
    const left = Math.max(0, (states.unknown ?? 0) - unknown);
    unknown += left;
    if (uncounted.length > 0) group = { kills: uncounted, left: 0 };
    uncounted = [];
    group.left += left;
    for (const kill of group.kills)
      sendingAtKills[kill] = Math.ceil(group.left / group.kills.length);
  };
  const open = () => {
    processes[0] = superviseProcess({
      ...{
        listenerIndex,
        argv: ['start'],
        environment: commandEnvironment,
        onCrash: (stderr) => crashes.push(extractError(stderr)),
      },
      afterKill: async () => {
        uncounted.push(sendingAtKills.push(0) - 1);
        counting = countUnknown().catch(() => undefined);
        sendCommand.restart();
      },
    });
  };
  open();

  return {
    deployment: 'embedded',
    ...{
      random,
      log,
      sink,
      processes,
      commandEnvironment,
      sendCommand,
      sendingAtKills,
      crashes,
    },
    compose: async (subscriberCount) => {
      const rows = Array.from({ length: subscriberCount }, (_, n) => `${addressOf(n)},${n % 24}`);
      await writeFile(join(cwd, 'readers.csv'), `email,hour\n${rows.join('\n')}\n`);
      await processes[0]?.waitUntilRunning();
      await runPaperboyOk('subscribers import readers.csv', commandEnvironment);
      await runPaperboyOk(`digest compose --date ${DAY}`, commandEnvironment);
    },
    withDatabase: async (ask) => {
      await counting;
      await processes[0]?.stop();
      const database = await openEmbeddedDatabase(join(dataDir, 'postgres'));
      try {
        return await ask(
          createChaosQueries(
            async (sql, values = []) => (await database.pool.query(sql, [...values])).rows,
          ),
        );
      } finally {
        await database.close();
        open();
      }
    },
    injectCommitFaults: () => undefined,
    moveClock: async (offsetSeconds) => clock?.setOffset(offsetSeconds),
    close: async () => {
      sendCommand.kill();
      await processes[0]?.remove();
      await sink.close();
      await rm(cwd, { recursive: true, force: true });
    },
  };
}
