import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedDatabase } from '../../../src/db/client.ts';
import {
  type ProcessEnvironment,
  pollUntil,
  runPaperboyOk,
} from '../../processes/support/paperboy.ts';
import type { ProcessFault } from '../checks/evidence.ts';
import { CONNECTIONS } from '../settings.ts';
import { openFaultySmtpServer } from '../smtp/faulty-server.ts';
import { createAdjustableClock } from './clock.ts';
import { type ChaosEnvironment, readDigestStatus } from './environment.ts';
import { type ChaosQueries, createChaosQueries } from './queries.ts';
import { planMissedDigest } from './send-hours.ts';
import { dayOfPapers, type EnvironmentOptions } from './servers.ts';
import { extractError, type SupervisedProcess, superviseProcess } from './supervised-process.ts';
import { MAX_WAIT_MS } from './waits.ts';

/** A migrated data folder with the seed papers, which each environment copies. */
export interface EmbeddedTemplate {
  dataDir: string;
  stop(): Promise<void>;
}

export async function openEmbeddedTemplate(): Promise<EmbeddedTemplate> {
  const cwd = await mkdtemp(join(tmpdir(), 'paperboy-chaos-'));
  const dataDir = join(cwd, 'data');
  await runPaperboyOk('seed', { cwd, env: { DATA_DIR: dataDir } });
  await withEmbeddedDatabase(dataDir, async (queries) => {
    await queries.movePapersTo(dayOfPapers());
    await queries.recordHistory();
  });
  return { dataDir, stop: () => rm(cwd, { recursive: true, force: true }) };
}

/** Opens an environment of one process with all roles: PGlite, no Redis. It starts with the
 *  digest. */
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
  const clock = movesClock ? await createAdjustableClock() : null;
  const commandEnvironment: ProcessEnvironment = {
    cwd,
    env: {
      ...{ DATA_DIR: dataDir, PORT: '0', SMTP_URL: url, SOURCES: 'none' },
      ...{ SMTP_CONNECTIONS: String(CONNECTIONS), POSTAL_ADDRESS: '1 Paper Street' },
      ...clock?.env,
    },
  };
  const faults: ProcessFault[] = [];
  const crashes: string[] = [];
  const processes: SupervisedProcess[] = [];
  let subscribers = 0;
  const noteFault = (pid: number, kind: ProcessFault['kind']) =>
    void faults.push({ pid, kind, at: Date.now() });
  const open = () => {
    processes[0] = superviseProcess({
      ...{ listenerIndex, argv: ['start'], environment: commandEnvironment },
      onKill: (pid) => noteFault(pid, 'killed'),
      onCrash: (stderr) => crashes.push(extractError(stderr)),
    });
  };
  const withDatabase = async <Result>(ask: (queries: ChaosQueries) => Promise<Result>) => {
    await processes[0]?.stop();
    try {
      return await withEmbeddedDatabase(dataDir, ask);
    } finally {
      open();
    }
  };
  const readStatus = async () => {
    await processes[0]?.waitUntilRunning();
    // A kill may hit the process while the command asks it.
    return readDigestStatus({ commandEnvironment }).catch(() => null);
  };

  return {
    deployment: 'embedded',
    ...{ random, log, sink, processes, commandEnvironment, faults, crashes, noteFault },
    hasOneClock: !movesClock,
    subscriberCount: () => subscribers,
    digestDates: async () => {
      const status = await pollUntil(readStatus, MAX_WAIT_MS);
      return [status.date];
    },
    startDigest: async (subscriberCount) => {
      const { composeAt, hours } = planMissedDigest(new Date());
      commandEnvironment.env.COMPOSE_AT = composeAt;
      subscribers += subscriberCount;
      await withDatabase((queries) => queries.addSubscribers(subscriberCount, hours));
      await processes[0]?.waitUntilRunning();
    },
    countOpen: async ({ withDeferred = true } = {}) => {
      const { states } = (await readStatus()) ?? { states: { pending: 1 } };
      const {
        pending = 0,
        claimed = 0,
        sending = 0,
        deferred = 0,
      } = states as Record<string, number>;
      return pending + claimed + sending + (withDeferred ? deferred : 0);
    },
    withDatabase,
    injectCommitFaults: () => undefined,
    moveClock: async (offsetSeconds) => clock?.setOffset(offsetSeconds),
    close: async () => {
      await processes[0]?.remove();
      await sink.close();
      await clock?.close();
      await rm(cwd, { recursive: true, force: true });
    },
  };
}

async function withEmbeddedDatabase<Result>(
  dataDir: string,
  ask: (queries: ChaosQueries) => Promise<Result>,
): Promise<Result> {
  const database = await openEmbeddedDatabase(join(dataDir, 'postgres'));
  try {
    return await ask(
      createChaosQueries(
        async (sql, values = []) => (await database.pool.query(sql, [...values])).rows,
      ),
    );
  } finally {
    await database.close();
  }
}
