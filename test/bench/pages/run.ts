/**
 * `npm run bench:pages -- [PAPERS]`: stores papers (100,000 by default) in its own PostgreSQL,
 * requests each kind of page from the built program, and prints one line of JSON: median and 95th
 * percentile of the response time, CPU time, both in ms, and the bytes of the page. Progress goes
 * to standard error.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openServerDatabase } from '../../../src/db/client.ts';
import { prepareDatabase } from '../../../src/wiring/database.ts';
import { killAll, startPaperboy } from '../../processes/support/paperboy.ts';
import { startPostgres } from '../../servers/postgres.ts';
import { findFreePort } from '../../support/free-port.ts';
import { cpuMsOf } from '../environment/proc.ts';
import { buildSettings } from '../settings.ts';
import { fillPapers } from './fill.ts';
import { measurePage, type PageCost } from './measure.ts';
import { pickPageUrls } from './page-urls.ts';

const DEFAULT_PAPERS = 100_000;

const SERVER = { shared_buffers: '512MB', synchronous_commit: 'off', autovacuum: 'off' };

const papers = Number(process.argv[2] ?? DEFAULT_PAPERS);
if (!Number.isSafeInteger(papers) || papers < 1000) {
  console.error(`“${process.argv[2]}” is not a valid number of papers: expected 1000 or more.`);
  process.exitCode = 2;
} else {
  const pages = await measure(papers);
  const [load = 0] = loadavg();
  console.log(JSON.stringify({ papers, pages, load: Number(load.toFixed(2)) }));
}

async function measure(count: number): Promise<Record<string, PageCost>> {
  const folder = await mkdtemp(join(tmpdir(), 'paperboy-pages-'));
  const server = await startPostgres(SERVER);
  const database = openServerDatabase(server.url, { connections: 4 });
  try {
    await prepareDatabase(database, { queueInPostgres: true });
    await fillPapers(database, count, (stored) => {
      if (stored % 10_000 === 0) console.error(`${stored} papers are stored.`);
    });
    const { site, pid } = await startSite(server.url, folder);
    const spentMs = () => cpuMsOf(pid) + cpuMsOf(server.pid);
    const costs: Record<string, PageCost> = {};
    for (const [name, path] of Object.entries(await pickPageUrls(database))) {
      costs[name] = await measurePage(site + path, spentMs);
      console.error(`${name} (${path}): ${JSON.stringify(costs[name])}`);
    }
    return costs;
  } finally {
    await killAll();
    await database.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Starts the site alone, as its own process. */
async function startSite(
  databaseUrl: string,
  folder: string,
): Promise<{ site: string; pid: number }> {
  const port = await findFreePort();
  const smtpUrl = `smtp://127.0.0.1:${await findFreePort()}`;
  const env = {
    ...buildSettings({ folder, smtpUrl, connections: 1, isSigned: false }),
    DATABASE_URL: databaseUrl,
    PORT: String(port),
  };
  const { pid } = await startPaperboy({ cwd: folder, env }, 'api');
  return { site: `http://127.0.0.1:${port}`, pid };
}
