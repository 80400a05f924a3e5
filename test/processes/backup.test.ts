import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram, postgresFolders } from '../servers/find-program.ts';
import { onServer, urlOfDatabase } from '../support/database-server.ts';
import { freePort } from '../support/free-port.ts';
import { killAll, type Place, runWell, startPaperboy } from './support/paperboy.ts';
import { statusesIn, writeReaders } from './support/readers.ts';
import { openSink, type Sink } from './support/sink.ts';

const SERVER = process.env.TEST_DATABASE_URL;
const READERS = 30;
const call = promisify(execFile);

/** One way to keep what is stored: as docs/operations.md says it. */
interface Way {
  settings(cwd: string): Promise<Record<string, string>>;
  save(place: Place): Promise<void>;
  /** What the disaster takes. */
  lose(place: Place): Promise<void>;
  restore(place: Place): Promise<void>;
  end(): Promise<void>;
}

const folder: Way = {
  settings: async () => ({}),
  save: async ({ cwd }) => void (await call('tar', ['-czf', 'backup.tgz', 'data'], { cwd })),
  lose: ({ cwd }) => rm(join(cwd, 'data'), { recursive: true }),
  restore: async ({ cwd }) => void (await call('tar', ['-xzf', 'backup.tgz'], { cwd })),
  end: async () => undefined,
};

function server(): Way {
  const name = `paperboy_backup_${randomBytes(6).toString('hex')}`;
  const url = urlOfDatabase(SERVER ?? 'postgres://none/', name);
  const program = (word: string) => findProgram(word, postgresFolders()) ?? word;
  const create = () => onServer(SERVER ?? '', `CREATE DATABASE ${name}`);
  const drop = () => onServer(SERVER ?? '', `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  return {
    settings: async () => {
      await create();
      return {
        DATABASE_URL: url,
        SECRET_KEY: randomBytes(32).toString('hex'),
        SUPPRESSION_KEY: randomBytes(32).toString('hex'),
      };
    },
    save: async ({ cwd }) =>
      void (await call(program('pg_dump'), ['--format=custom', '--file=backup.dump', url], {
        cwd,
      })),
    lose: drop,
    restore: async ({ cwd }) => {
      await create();
      const args = ['--exit-on-error', '--no-owner', `--dbname=${url}`, 'backup.dump'];
      await call(program('pg_restore'), args, { cwd });
    },
    end: drop,
  };
}

const WAYS: [string, Way][] = [['the folder of an embedded Paperboy', folder]];
if (SERVER) WAYS.push(['pg_dump of a server', server()]);

/** Told by their place in the story: each test goes on where the one before ended. */
describe.each(WAYS)('Backup and restore: %s', (_what, way) => {
  let sink: Sink;
  let place: Place;
  let readers: Map<string, string>;

  beforeAll(async () => {
    sink = await openSink();
    const cwd = await mkdtemp(join(tmpdir(), 'paperboy-backup-'));
    await mkdir(join(cwd, 'data'));
    const env = {
      DATA_DIR: join(cwd, 'data'),
      PORT: String(await freePort()),
      SMTP_URL: sink.url,
      POSTAL_ADDRESS: '1 Paper Street',
      ...(await way.settings(cwd)),
    };
    place = { cwd, env };
    await runWell('migrate', place);
  });
  afterAll(async () => {
    await killAll();
    await sink.close();
    await way.end();
    await rm(place.cwd, { recursive: true, force: true });
  });

  /** Composes a digest of one paper and sends it, as a running Paperboy does. */
  async function morning(day: string): Promise<void> {
    const paper = { title: `Of ${day}`, abstract: 'A paper.', listed_on: day };
    await writeFile(join(place.cwd, 'papers.json'), JSON.stringify([paper]));
    await runWell('papers import papers.json', place);
    await runWell(`digest compose --date ${day}`, place);
    const running = await startPaperboy(place);
    await runWell(`digest send --date ${day} --now`, place);
    running.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
  }

  async function statesOf(day: string): Promise<Record<string, number>> {
    return JSON.parse(await runWell(`digest status --date ${day} --json`, place)).states;
  }

  const timesMailed = () => [...sink.subjects.values()].map((subjects) => subjects.length);

  it('brings back every reader and every delivery of the day of the backup', async () => {
    await runWell(`subscribers import ${await writeReaders(place.cwd, 'crowd', READERS)}`, place);
    await morning('2026-05-11');
    readers = statusesIn(await runWell('subscribers export', place));
    await way.save(place);
    await morning('2026-05-12');
    expect(timesMailed()).toEqual(new Array(READERS).fill(2));
    await way.lose(place);
    await way.restore(place);
    expect(statusesIn(await runWell('subscribers export', place))).toEqual(readers);
    expect(await statesOf('2026-05-11')).toMatchObject({ sent: READERS, pending: 0, unknown: 0 });
  });

  it('mails nobody twice when what was sent after the backup is composed and cancelled before the start', async () => {
    await runWell('papers import papers.json', place);
    await runWell('digest compose --date 2026-05-12', place);
    await runWell('digest cancel --date 2026-05-12', place);
    const running = await startPaperboy(place);
    await runWell('digest send --date 2026-05-12 --now', place);
    expect(await statesOf('2026-05-12')).toMatchObject({ sent: 0, skipped: READERS });
    running.kill('SIGTERM');
    await running.ended;
    expect(timesMailed()).toEqual(new Array(READERS).fill(2));
  });
});
