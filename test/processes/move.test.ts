import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onServer, urlOfDatabase } from '../support/database-server.ts';
import { freePort } from '../support/free-port.ts';
import {
  killAll,
  launch,
  type Paperboy,
  type Place,
  run,
  runWell,
  startPaperboy,
  until,
} from './support/paperboy.ts';
import { statusesIn, writeReaders } from './support/readers.ts';
import { openSink, type Sink } from './support/sink.ts';

const SERVER = process.env.TEST_DATABASE_URL;
const DAY = '2026-05-08';
const CONNECTIONS = 10;

/** `LONG=1` moves as many as a large site has; the short form is for every push. */
const isLong = process.env.LONG === '1';
const READERS = isLong ? 100_000 : 3_000;

/** Mailed before the embedded process is killed. */
const MAILED_BEFORE = isLong ? 2_000 : 500;

/** Told by their place in the story: each test goes on where the one before ended. */
describe.runIf(SERVER)('Moving from embedded to servers', () => {
  const name = `paperboy_move_${randomBytes(6).toString('hex')}`;
  const url = urlOfDatabase(SERVER ?? 'postgres://none/', name);
  let sink: Sink;
  let embedded: Place;
  let onServers: Place;
  let running: Paperboy;
  let before: Record<string, number>;
  let readers: Map<string, string>;

  beforeAll(async () => {
    sink = await openSink();
    await onServer(SERVER ?? '', `CREATE DATABASE ${name}`);
    const cwd = await mkdtemp(join(tmpdir(), 'paperboy-move-'));
    const env = {
      DATA_DIR: join(cwd, 'data'),
      PORT: String(await freePort()),
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
    await onServer(SERVER ?? '', `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await rm(embedded.cwd, { recursive: true, force: true });
  });

  it('says what lacks when there is nothing to move from or to', async () => {
    const from = await run(['migrate', '--from-embedded'], onServers);
    expect(from).toMatchObject({ code: 1, stdout: '' });
    expect(from.stderr).toContain('There is no embedded database to move');
    running = await startPaperboy(embedded);
    const to = await run(['migrate', '--from-embedded'], embedded);
    expect(to).toMatchObject({ code: 1, stdout: '' });
    expect(to.stderr).toContain('DATABASE_URL is not set');
  });

  it('is refused with other keys, and beside a running process', async () => {
    const others = await run(['migrate', '--from-embedded'], onServers);
    expect(others).toMatchObject({ code: 1, stdout: '' });
    expect(others.stderr).toContain('SECRET_KEY and SUPPRESSION_KEY are others than in');
    const kept = JSON.parse(await readFile(join(embedded.cwd, 'data', 'keys.json'), 'utf8')) as {
      secretKeys: string[];
      suppressionKey: string;
    };
    onServers.env.SECRET_KEY = kept.secretKeys.join(',');
    onServers.env.SUPPRESSION_KEY = kept.suppressionKey;
    const beside = await run(['migrate', '--from-embedded'], onServers);
    expect(beside).toMatchObject({ code: 1, stdout: '' });
    expect(beside.stderr).toContain(`is in use by process ${running.pid}`);
  });

  it('brings all readers, and every delivery in its state, after a kill in the middle of sending', async () => {
    await runWell('seed', embedded);
    await runWell(
      `subscribers import ${await writeReaders(embedded.cwd, 'crowd', READERS)}`,
      embedded,
    );
    await runWell('subscribers erase crowd0@example.org', embedded);
    readers = statusesIn(await runWell('subscribers export', embedded));
    await runWell(`digest compose --date ${DAY}`, embedded);
    if (!isLong) sink.setDelay(10);
    const sending = launch(['digest', 'send', '--date', DAY, '--now'], embedded);
    await until(() => sink.subjects.size > MAILED_BEFORE);
    running.kill('SIGKILL');
    await Promise.all([running.ended, sending.ended]);
    sink.setDelay(0);
    const startedAt = performance.now();
    before = JSON.parse(await runWell('migrate --from-embedded --json', onServers));
    if (isLong) console.log(`Moved in ${Math.round(performance.now() - startedAt)} ms.`, before);
    expect(before).toMatchObject({
      tables: { subscribers: READERS - 1, deliveries: READERS - 1, papers: 49 },
    });
    expect(before.unknown).toBeGreaterThan(0);
    expect(before.unknown).toBeLessThanOrEqual(2 * CONNECTIONS);
    expect(statusesIn(await runWell('subscribers export', onServers))).toEqual(readers);
  });

  it('is refused a second time', async () => {
    const again = await run(['migrate', '--from-embedded'], onServers);
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toContain('The database of DATABASE_URL is in use already');
  });

  it('goes on there: each reader is mailed once, but for those that are unknown', async () => {
    await startPaperboy(onServers);
    const { code, stdout } = await run(
      ['digest', 'send', '--date', DAY, '--now', '--json'],
      onServers,
    );
    expect(code).toBe(3);
    const { states } = JSON.parse(stdout);
    expect(states).toMatchObject({ pending: 0, unknown: before.unknown });
    expect(states.sent + states.unknown).toBe(READERS - 1);
    const mailed = [...sink.subjects.values()].map((subjects) => subjects.length);
    expect(mailed.filter((times) => times !== 1)).toEqual([]);
    expect(mailed.length).toBeGreaterThanOrEqual(states.sent);
    const again = await run(['subscribers', 'import', 'crowd.csv', '--json'], onServers);
    expect(JSON.parse(again.stdout)).toMatchObject({ added: 0, suppressed: 1 });
  });
});
