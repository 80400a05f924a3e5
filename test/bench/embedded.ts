import { join } from 'node:path';
import { openPGlite } from '../../src/db/pglite.ts';
import { runWell, startPaperboy } from '../processes/support/paperboy.ts';
import { freePort } from '../support/free-port.ts';
import { type Arena, type Bench, DAY } from './arena.ts';
import { writeReaderFile } from './fill-readers.ts';
import type { Query } from './results.ts';
import { profiling } from './settings.ts';

const FILE = 'readers.csv';

/** `paperboy start` on a data folder of its own; the commands go through it, the file with readers too. */
export async function openEmbedded(bench: Bench, settings: Record<string, string>): Promise<Arena> {
  const { options, folder, stage } = bench;
  stage('Starting Paperboy');
  const port = String(await freePort());
  const site = `http://127.0.0.1:${port}`;
  const place = { cwd: folder, env: { ...settings, PORT: port } };
  const running = await startPaperboy(place, null, profiling(options.profileFolder));
  await runWell('seed', place);
  stage(`Importing ${options.subscribers} readers`);
  await writeReaderFile(join(folder, FILE), {
    count: options.subscribers,
    topics: await slugsOf(site),
    papers: options.papers,
  });
  await runWell(`subscribers import ${FILE}`, place);
  return {
    place,
    servers: {},
    isComposed: async () => (await fetch(`${site}/api/digests/${DAY}`)).ok,
    startWorkers: async () => [running],
    readRows: (read) => withPGlite(join(settings.DATA_DIR ?? '', 'postgres'), read),
    durability: { fsync: 'PGlite' },
  };
}

async function slugsOf(site: string): Promise<string[]> {
  const response = await fetch(`${site}/api/topics`);
  const topics = (await response.json()) as { slug: string }[];
  return topics.map(({ slug }) => slug).sort();
}

/** Only once the process has ended: two on one folder lose data. */
async function withPGlite<Value>(
  dataFolder: string,
  read: (query: Query) => Promise<Value>,
): Promise<Value> {
  const database = await openPGlite({ folder: dataFolder });
  try {
    return await read(async (sql) => (await database.query<Record<string, unknown>>(sql)).rows);
  } finally {
    await database.close();
  }
}
