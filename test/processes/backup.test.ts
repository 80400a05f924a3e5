import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram, postgresFolders } from '../servers/find-program.ts';
import { executeOnServer, urlOfDatabase } from '../support/database-server.ts';
import { findFreePort } from '../support/free-port.ts';
import {
  type CapturingSmtpServer,
  openCapturingSmtpServer,
} from './support/capturing-smtp-server.ts';
import {
  killAll,
  type ProcessEnvironment,
  runPaperboyOk,
  startPaperboy,
} from './support/paperboy.ts';
import { parseExportedStatuses, writeImportCsv } from './support/subscribers.ts';

const SERVER = process.env.TEST_DATABASE_URL;
const SUBSCRIBERS = 30;
const call = promisify(execFile);

/** A way to back up, as docs/operations.md describes it. */
interface Way {
  settings(cwd: string): Promise<Record<string, string>>;
  save(environment: ProcessEnvironment): Promise<void>;
  /** The data that the disaster destroys. */
  lose(environment: ProcessEnvironment): Promise<void>;
  restore(environment: ProcessEnvironment): Promise<void>;
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
  const create = () => executeOnServer(SERVER ?? '', `CREATE DATABASE ${name}`);
  const drop = () => executeOnServer(SERVER ?? '', `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
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

/** The tests run in order: each continues where the one before ended. */
describe.each(WAYS)('Backup and restore: %s', (_what, way) => {
  let sink: CapturingSmtpServer;
  let environment: ProcessEnvironment;
  let subscribers: Map<string, string>;

  beforeAll(async () => {
    sink = await openCapturingSmtpServer();
    const cwd = await mkdtemp(join(tmpdir(), 'paperboy-backup-'));
    await mkdir(join(cwd, 'data'));
    const env = {
      DATA_DIR: join(cwd, 'data'),
      PORT: String(await findFreePort()),
      SMTP_URL: sink.url,
      POSTAL_ADDRESS: '1 Paper Street',
      ...(await way.settings(cwd)),
    };
    environment = { cwd, env };
    await runPaperboyOk('migrate', environment);
  });
  afterAll(async () => {
    await killAll();
    await sink.close();
    await way.end();
    await rm(environment.cwd, { recursive: true, force: true });
  });

  /** Composes a digest of one paper and sends it, as a running Paperboy does. */
  async function digestDay(day: string): Promise<void> {
    const paper = { title: `Of ${day}`, abstract: 'A paper.', listed_on: day };
    await writeFile(join(environment.cwd, 'papers.json'), JSON.stringify([paper]));
    await runPaperboyOk('papers import papers.json', environment);
    await runPaperboyOk(`digest compose --date ${day}`, environment);
    const running = await startPaperboy(environment);
    await runPaperboyOk(`digest send --date ${day} --now`, environment);
    running.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
  }

  async function statesOf(day: string): Promise<Record<string, number>> {
    return JSON.parse(await runPaperboyOk(`digest status --date ${day} --json`, environment))
      .states;
  }

  const timesMailed = () => [...sink.subjects.values()].map((subjects) => subjects.length);

  it('A restored backup has every subscriber and every delivery of its day', async () => {
    await runPaperboyOk(
      `subscribers import ${await writeImportCsv(environment.cwd, 'crowd', SUBSCRIBERS)}`,
      environment,
    );
    await digestDay('2026-05-11');
    subscribers = parseExportedStatuses(await runPaperboyOk('subscribers export', environment));
    await way.save(environment);
    await digestDay('2026-05-12');
    expect(timesMailed()).toEqual(new Array(SUBSCRIBERS).fill(2));
    await way.lose(environment);
    await way.restore(environment);
    expect(parseExportedStatuses(await runPaperboyOk('subscribers export', environment))).toEqual(
      subscribers,
    );
    expect(await statesOf('2026-05-11')).toMatchObject({
      sent: SUBSCRIBERS,
      pending: 0,
      unknown: 0,
    });
  });

  it('A restored installation mails nobody twice once the digests after the backup are cancelled', async () => {
    await runPaperboyOk('papers import papers.json', environment);
    await runPaperboyOk('digest compose --date 2026-05-12', environment);
    await runPaperboyOk('digest cancel --date 2026-05-12', environment);
    const running = await startPaperboy(environment);
    await runPaperboyOk('digest send --date 2026-05-12 --now', environment);
    expect(await statesOf('2026-05-12')).toMatchObject({ sent: 0, skipped: SUBSCRIBERS });
    running.kill('SIGTERM');
    await running.ended;
    expect(timesMailed()).toEqual(new Array(SUBSCRIBERS).fill(2));
  });
});
