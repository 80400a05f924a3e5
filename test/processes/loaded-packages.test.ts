import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runPaperboy } from './support/paperboy.ts';

/** The packages that take longest to load. */
const QUEUE = ['bullmq', 'ioredis'];
const MAIL = ['handlebars', 'mjml', 'nodemailer', 'smtp-server', 'postal-mime'];
const SITE = ['fastify', '@fastify/swagger', 'prom-client', 'rate-limiter-flexible'];
const DATABASE = ['drizzle-orm', 'pg', '@electric-sql/pglite'];
const TEXT = ['temporal-polyfill', 'csv-parse', '@rgrove/parse-xml', 'pino'];
const HEAVY = [...QUEUE, ...MAIL, ...SITE, ...DATABASE, ...TEXT];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paperboy-loaded-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('The packages that a command loads', () => {
  it.each(['--help', '--version', 'nonsense'])(
    '“paperboy %s” loads none of the heavy packages',
    async (line) => {
      expect(await listLoaded(line)).toEqual([]);
    },
  );

  it.each(['seed', 'papers import papers.json', 'subscribers export', 'digest status'])(
    '“paperboy %s” loads neither queue nor mail nor site',
    async (line) => {
      await writeFile(join(folder, 'papers.json'), '[]');
      const loaded = await listLoaded(line);
      // Each of these opens the embedded database, so the list must contain its packages.
      expect(loaded).toEqual(expect.arrayContaining(['drizzle-orm', '@electric-sql/pglite']));
      expect(loaded.filter((name) => [...QUEUE, ...MAIL, ...SITE].includes(name))).toEqual([]);
    },
  );

  it('“paperboy migrate” loads the queue, whose tables it creates, but neither mail nor site', async () => {
    const loaded = await listLoaded('migrate');
    expect(loaded).toContain('bullmq');
    expect(loaded.filter((name) => [...MAIL, ...SITE].includes(name))).toEqual([]);
  });
});

/** The heavy packages from which a command executed code, as V8 reports it. */
async function listLoaded(line: string): Promise<string[]> {
  const coverage = join(folder, 'coverage');
  const env = { DATA_DIR: join(folder, 'data'), NODE_V8_COVERAGE: coverage };
  await runPaperboy(line.split(' '), { cwd: folder, env });
  const files = await readdir(coverage);
  expect(files).not.toEqual([]);
  const reports = await Promise.all(files.map((file) => readFile(join(coverage, file), 'utf8')));
  const urls = reports.flatMap((report) =>
    (JSON.parse(report).result as { url: string }[]).map(({ url }) => url),
  );
  return HEAVY.filter((name) => urls.some((url) => url.includes(`/node_modules/${name}/`)));
}
