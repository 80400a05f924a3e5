import { join } from 'node:path';
import { openPGlite } from '../../../src/db/pglite.ts';
import { runPaperboyOk, startPaperboy } from '../../processes/support/paperboy.ts';
import { findFreePort } from '../../support/free-port.ts';
import type { ReadSql } from '../results.ts';
import { profilingFlags } from '../settings.ts';
import { writeSubscribersCsv } from '../subscribers/insert-subscribers.ts';
import { type BenchDeployment, type BenchRun, DAY } from './deployment.ts';

const FILE = 'subscribers.csv';

/** Starts `paperboy start` on its own data folder. Commands and the import run through it. */
export async function openEmbeddedDeployment(
  bench: BenchRun,
  settings: Record<string, string>,
): Promise<BenchDeployment> {
  const { options, folder, reportStep } = bench;
  reportStep('Starting Paperboy');
  const port = String(await findFreePort());
  const site = `http://127.0.0.1:${port}`;
  const environment = { cwd: folder, env: { ...settings, PORT: port } };
  const running = await startPaperboy(environment, null, profilingFlags(options.profileFolder));
  await runPaperboyOk('seed', environment);
  reportStep(`Importing ${options.subscribers} subscribers`);
  await writeSubscribersCsv(join(folder, FILE), {
    count: options.subscribers,
    topics: await slugsOf(site),
    papers: options.papers,
  });
  await runPaperboyOk(`subscribers import ${FILE}`, environment);
  return {
    environment,
    servers: {},
    isComposed: async () => (await fetch(`${site}/api/digests/${DAY}`)).ok,
    startWorkers: async () => [running],
    startSchedulerFor: async () => {
      throw new Error('--on-time needs servers.');
    },
    readRows: (read) => withPGlite(join(settings.DATA_DIR ?? '', 'postgres'), read),
    readWalBytes: async () => null,
    durability: { fsync: 'PGlite' },
  };
}

async function slugsOf(site: string): Promise<string[]> {
  const response = await fetch(`${site}/api/topics`);
  const topics = (await response.json()) as { slug: string }[];
  return topics.map(({ slug }) => slug).sort();
}

/** Call it after the process has ended: two processes on one folder lose data. */
async function withPGlite<Value>(
  dataFolder: string,
  read: (query: ReadSql) => Promise<Value>,
): Promise<Value> {
  const database = await openPGlite(dataFolder);
  try {
    return await read(async (sql) => (await database.query<Record<string, unknown>>(sql)).rows);
  } finally {
    await database.close();
  }
}
