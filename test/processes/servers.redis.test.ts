import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executeOnServer, requireServerUrl, urlOfDatabase } from '../support/database-server.ts';
import { findFreePort } from '../support/free-port.ts';
import { emptyRedis, requireRedisUrl } from '../support/redis.ts';
import {
  type CapturingSmtpServer,
  openCapturingSmtpServer,
} from './support/capturing-smtp-server.ts';
import { confirm, signUp, unsubscribeOneClick } from './support/http.ts';
import {
  killAll,
  type PaperboyProcess,
  type ProcessEnvironment,
  pollUntil,
  runPaperboy,
  runPaperboyOk,
  spawnPaperboy,
  startPaperboy,
} from './support/paperboy.ts';
import { writeImportCsv } from './support/subscribers.ts';

const SERVER = requireServerUrl();
const REDIS = requireRedisUrl();

const CONNECTIONS = 10;

/** More than both workers handle at once: each handles two batches of 200. */
const AUDIENCE = 900;

/** The tests run in order: each continues where the one before ended. */
describe.each([
  ['Redis', REDIS],
  ['Postgres', null],
])('Paperboy on servers, its queue in %s', (_where, redisUrl) => {
  const name = `paperboy_processes_${randomBytes(6).toString('hex')}`;
  let environment: ProcessEnvironment;
  let site: string;
  let sink: CapturingSmtpServer;
  let database: pg.Client;
  let workers: PaperboyProcess[];

  beforeAll(async () => {
    sink = await openCapturingSmtpServer();
    await emptyRedis();
    await executeOnServer(SERVER, `CREATE DATABASE ${name}`);
    database = new pg.Client(urlOfDatabase(SERVER, name));
    await database.connect();
    const port = await findFreePort();
    site = `http://127.0.0.1:${port}`;
    environment = {
      cwd: await mkdtemp(join(tmpdir(), 'paperboy-servers-')),
      env: {
        DATABASE_URL: urlOfDatabase(SERVER, name),
        ...(redisUrl && { REDIS_URL: redisUrl }),
        SMTP_URL: sink.url,
        SMTP_CONNECTIONS: String(CONNECTIONS),
        POSTAL_ADDRESS: '1 Paper Street',
        SOURCES: 'none',
        SECRET_KEY: randomBytes(32).toString('hex'),
        SUPPRESSION_KEY: randomBytes(32).toString('hex'),
        PORT: String(port),
      },
    };
  });
  afterAll(async () => {
    await killAll();
    await database.end();
    await sink.close();
    await executeOnServer(SERVER, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await rm(environment.cwd, { recursive: true, force: true });
  });

  it('A start without tables names “bin/paperboy migrate”', async () => {
    const { code, stderr } = await runPaperboy(['start'], environment);
    expect(code).toBe(1);
    expect(stderr).toContain('bin/paperboy migrate');
  });

  it('Two processes can migrate at once', async () => {
    const ends = await Promise.all([
      runPaperboy(['migrate'], environment),
      runPaperboy(['migrate'], environment),
    ]);
    expect(ends.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
      { code: 0, stderr: '' },
      { code: 0, stderr: '' },
    ]);
    expect(await runPaperboyOk('doctor', environment)).not.toContain('FAIL');
  });

  it('Each role starts in its own process', async () => {
    const api = await startPaperboy(environment, 'api');
    expect(api.stdout()).toContain('runs: api.');
    await startPaperboy(environment, 'scheduler');
    workers = [
      await startPaperboy(environment, 'worker'),
      await startPaperboy(environment, 'worker'),
    ];
    expect((await fetch(`${site}/healthz`)).status).toBe(200);
  });

  it('The remaining subscriber gets the digest exactly once', async () => {
    await runPaperboyOk('seed', environment);
    const tokens: string[] = [];
    for (const email of ['ada@example.org', 'bob@example.net']) {
      expect(await signUp(site, email)).toBe(202);
      tokens.push(await confirm(site, await pollUntil(() => sink.textOf(email))));
    }
    expect(await runPaperboyOk('digest compose --date 2026-05-08', environment)).toContain(
      '2 readers',
    );
    expect(await unsubscribeOneClick(site, tokens[1] ?? '')).toBe(200);
    const { audience, states } = JSON.parse(
      await runPaperboyOk('digest send --now --json', environment),
    );
    expect(audience).toBe(2);
    expect(states).toMatchObject({ sent: 1, skipped: 1, pending: 0, unknown: 0 });
    const digestsTo = (email: string) =>
      sink.subjects.get(email)?.filter((subject) => / and \d+ more$/.test(subject));
    expect(digestsTo('ada@example.org')).toHaveLength(1);
    expect(digestsTo('bob@example.net')).toEqual([]);
  });

  it('Two workers share the deliveries and mail each subscriber once', async () => {
    sink.setDelay(50);
    await composeFor('2026-05-11', 'crowd');
    const { states } = JSON.parse(await runPaperboyOk('digest send --now --json', environment));
    expect(states).toMatchObject({ sent: AUDIENCE + 1, unknown: 0, failed: 0 });
    expect(timesMailed('crowd')).toEqual(new Array(AUDIENCE).fill(1));
    for (const worker of workers)
      await pollUntil(() => /"claimed":\d+,"sent":\d+/.test(worker.stderr()));
  });

  it('The other worker finishes when one is killed, and nothing is sent twice', async () => {
    await database.query('DELETE FROM subscribers');
    await composeFor('2026-05-18', 'second');
    const sending = spawnPaperboy(['digest', 'send', '--now', '--json'], environment);
    await pollUntil(() => timesMailed('second').length > 200);
    const [victim] = workers;
    victim?.kill('SIGKILL');
    await victim?.ended;
    const aged = await database.query(
      `UPDATE leases SET expires_at = clock_timestamp() - interval '1 second', expired_seen_at = 'epoch' WHERE instance_id LIKE '%:${victim?.pid}'`,
    );
    expect(aged.rowCount).toBe(1);
    const { code, stdout } = await sending.ended;
    const { audience, states } = JSON.parse(stdout);
    const times = timesMailed('second');
    expect(times.filter((each) => each !== 1)).toEqual([]);
    expect(states.sent + states.unknown).toBe(audience);
    expect(states.unknown).toBeLessThanOrEqual(2 * CONNECTIONS);
    expect(times.length).toBeGreaterThanOrEqual(states.sent);
    expect(code).toBe(states.unknown > 0 ? 3 : 0);
  });

  /** Composes a digest of one paper of that day for its own subscribers. */
  async function composeFor(day: string, crowd: string): Promise<void> {
    const paper = { title: `Of ${day}`, abstract: 'A paper.', listed_on: day };
    await writeFile(join(environment.cwd, 'papers.json'), JSON.stringify([paper]));
    await runPaperboyOk('papers import papers.json', environment);
    const file = await writeImportCsv(environment.cwd, crowd, AUDIENCE);
    await runPaperboyOk(`subscribers import ${file}`, environment);
    await runPaperboyOk(`digest compose --date ${day}`, environment);
  }

  function timesMailed(crowd: string): number[] {
    const addresses = [...sink.subjects].filter(([email]) => email.startsWith(crowd));
    return addresses.map(([, subjects]) => subjects.length);
  }
});
