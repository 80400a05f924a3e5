import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executeOnServer, requireServerUrl, urlOfDatabase } from '../support/database-server.ts';
import { findFreePort } from '../support/free-port.ts';
import {
  type CapturingSmtpServer,
  openCapturingSmtpServer,
} from './support/capturing-smtp-server.ts';
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
import { parseExportedStatuses, writeImportCsv } from './support/subscribers.ts';

const SERVER = requireServerUrl();
const DAY = '2026-05-08';
const CONNECTIONS = 10;

/** `LONG=1` moves as many subscribers as a large site has; the default suits every push. */
const isLong = process.env.LONG === '1';
const SUBSCRIBERS = isLong ? 100_000 : 3_000;

/** Subscribers mailed before the embedded process is killed. */
const MAILED_BEFORE = isLong ? 2_000 : 500;

/** The tests run in order: each continues where the one before ended. */
describe('Moving from embedded to servers', () => {
  const name = `paperboy_move_${randomBytes(6).toString('hex')}`;
  const url = urlOfDatabase(SERVER, name);
  let sink: CapturingSmtpServer;
  let embedded: ProcessEnvironment;
  let onServers: ProcessEnvironment;
  let running: PaperboyProcess;
  let before: Record<string, number>;
  let subscribers: Map<string, string>;

  beforeAll(async () => {
    sink = await openCapturingSmtpServer();
    await executeOnServer(SERVER, `CREATE DATABASE ${name}`);
    const cwd = await mkdtemp(join(tmpdir(), 'paperboy-move-'));
    const env = {
      DATA_DIR: join(cwd, 'data'),
      PORT: String(await findFreePort()),
      SMTP_URL: sink.url,
      SMTP_CONNECTIONS: String(CONNECTIONS),
      POSTAL_ADDRESS: '1 Paper Street',
    };
    embedded = { cwd, env };
    const keys = { SECRET_KEY: 'x'.repeat(32), SUPPRESSION_KEY: 'y'.repeat(32) };
    onServers = { cwd, env: { ...env, ...keys, DATABASE_URL: url } };
  });
  afterAll(async () => {
    await killAll();
    await sink.close();
    await executeOnServer(SERVER, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await rm(embedded.cwd, { recursive: true, force: true });
  });

  it('“migrate --from-embedded” says which database is missing', async () => {
    const from = await runPaperboy(['migrate', '--from-embedded'], onServers);
    expect(from).toMatchObject({ code: 1, stdout: '' });
    expect(from.stderr).toContain('There is no embedded database to move');
    running = await startPaperboy(embedded);
    const to = await runPaperboy(['migrate', '--from-embedded'], embedded);
    expect(to).toMatchObject({ code: 1, stdout: '' });
    expect(to.stderr).toContain('DATABASE_URL is not set');
  });

  it('A move is refused with other keys, and beside a running process', async () => {
    const others = await runPaperboy(['migrate', '--from-embedded'], onServers);
    expect(others).toMatchObject({ code: 1, stdout: '' });
    expect(others.stderr).toContain('SECRET_KEY and SUPPRESSION_KEY differ from');
    const kept = JSON.parse(await readFile(join(embedded.cwd, 'data', 'keys.json'), 'utf8')) as {
      secretKeys: string[];
      suppressionKey: string;
    };
    onServers.env.SECRET_KEY = kept.secretKeys.join(',');
    onServers.env.SUPPRESSION_KEY = kept.suppressionKey;
    const beside = await runPaperboy(['migrate', '--from-embedded'], onServers);
    expect(beside).toMatchObject({ code: 1, stdout: '' });
    expect(beside.stderr).toContain(`is in use by process ${running.pid}`);
  });

  it('A move after a kill during sending copies all subscribers and deliveries with their states', async () => {
    await runPaperboyOk('seed', embedded);
    await runPaperboyOk(
      `subscribers import ${await writeImportCsv(embedded.cwd, 'crowd', SUBSCRIBERS)}`,
      embedded,
    );
    await runPaperboyOk('subscribers erase crowd0@example.org', embedded);
    subscribers = parseExportedStatuses(await runPaperboyOk('subscribers export', embedded));
    await runPaperboyOk(`digest compose --date ${DAY}`, embedded);
    if (!isLong) sink.setDelay(10);
    const sending = spawnPaperboy(['digest', 'send', '--date', DAY, '--now'], embedded);
    await pollUntil(() => sink.subjects.size > MAILED_BEFORE);
    running.kill('SIGKILL');
    await Promise.all([running.ended, sending.ended]);
    sink.setDelay(0);
    const startedAt = performance.now();
    before = JSON.parse(await runPaperboyOk('migrate --from-embedded --json', onServers));
    if (isLong) console.log(`Moved in ${Math.round(performance.now() - startedAt)} ms.`, before);
    expect(before).toMatchObject({
      tables: { subscribers: SUBSCRIBERS - 1, deliveries: SUBSCRIBERS - 1, papers: 49 },
    });
    expect(before.unknown).toBeGreaterThan(0);
    expect(before.unknown).toBeLessThanOrEqual(2 * CONNECTIONS);
    expect(parseExportedStatuses(await runPaperboyOk('subscribers export', onServers))).toEqual(
      subscribers,
    );
  });

  it('A second move is refused', async () => {
    const again = await runPaperboy(['migrate', '--from-embedded'], onServers);
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toContain('The database of DATABASE_URL is in use already');
  });

  it('Sending continues on the server: each subscriber is mailed once, except unknown deliveries', async () => {
    await startPaperboy(onServers);
    const { code, stdout } = await runPaperboy(
      ['digest', 'send', '--date', DAY, '--now', '--json'],
      onServers,
    );
    expect(code).toBe(3);
    const { states } = JSON.parse(stdout);
    expect(states).toMatchObject({ pending: 0, unknown: before.unknown });
    expect(states.sent + states.unknown).toBe(SUBSCRIBERS - 1);
    const mailed = [...sink.subjects.values()].map((subjects) => subjects.length);
    expect(mailed.filter((times) => times !== 1)).toEqual([]);
    expect(mailed.length).toBeGreaterThanOrEqual(states.sent);
    const again = await runPaperboy(['subscribers', 'import', 'crowd.csv', '--json'], onServers);
    expect(JSON.parse(again.stdout)).toMatchObject({ added: 0, suppressed: 1 });
  });
});
