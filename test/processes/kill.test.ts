import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findFreePort } from '../support/free-port.ts';
import { signUp } from './support/http.ts';
import {
  killAll,
  type PaperboyProcess,
  type ProcessEnvironment,
  pause,
  pollUntil,
  runPaperboy,
  runPaperboyOk,
  spawnPaperboy,
  startPaperboy,
} from './support/paperboy.ts';
import { countDigests, parseExportedStatuses, writeImportCsv } from './support/subscribers.ts';

const DAY = '2026-05-08';

/** Most messages of one worker in flight: 2 × SMTP_CONNECTIONS. */
const CONNECTIONS = 10;
const MOST_IN_FLIGHT = 2 * CONNECTIONS;

/** `LONG=1` kills more often; the short form is for every push. */
const isLong = process.env.LONG === '1';
const RANDOM_ROUNDS = isLong ? 30 : 3;
const SUBSCRIBERS = isLong ? 20_000 : 6_000;

let root: string;
let dataDir: string;
let environment: ProcessEnvironment;
let site: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'paperboy-kill-'));
  dataDir = join(root, 'data');
  const port = await findFreePort();
  site = `http://127.0.0.1:${port}`;
  const env = {
    DATA_DIR: dataDir,
    SOURCES: 'none',
    PORT: String(port),
    INBOX_PORT: '0',
    SMTP_CONNECTIONS: String(CONNECTIONS),
    SIGNUPS_PER_HOUR: '100000',
  };
  environment = { cwd: join(root, 'home'), env };
  await mkdir(environment.cwd);
});
afterEach(async () => {
  await killAll();
  await rm(root, { recursive: true, force: true });
});

const UNFINISHED = 'postgres.unfinished';
const exists = (name: string) => existsSync(join(dataDir, name));

describe('kill -9 of an embedded Paperboy', () => {
  it.each([
    ['the lock is taken', 'run', 0],
    ['the database folder is begun', UNFINISHED, 0],
    ['the database folder is half made', UNFINISHED, 400],
    ['the database folder has its name', 'postgres', 0],
    ['the tables are made', 'postgres', 300],
    ['the tables are made, or just after', 'postgres', 700],
    ['the keys are made', 'keys.json', 0],
  ])(
    'A kill during the first start, when %s, leaves a folder that starts',
    async (_when, name, afterMs) => {
      const started = spawnPaperboy(['start'], environment);
      // On a busy machine the folder may be finished before it was seen.
      await pollUntil(() => exists(name) || (name === UNFINISHED && exists('postgres')));
      await pause(afterMs);
      await kill(started);
      expect(await runPaperboyOk('seed', environment)).toContain('49 of the papers are new');
      expect(await runPaperboyOk('doctor', environment)).not.toContain('FAIL');
    },
  );

  it('A kill during an import keeps whole batches, and the import can run again', async () => {
    const before = await writeImportCsv(environment.cwd, 'before', 500);
    await runPaperboyOk(`subscribers import ${before}`, environment);
    const keys = await readFile(join(dataDir, 'keys.json'), 'utf8');
    const file = await writeImportCsv(environment.cwd, 'during', 3 * SUBSCRIBERS);
    const rows = await readFile(join(environment.cwd, file), 'utf8');
    for (const afterMs of isLong ? [0, 300, 900, 1500] : [600]) {
      const importing = spawnPaperboy(['subscribers', 'import', '-'], environment, {
        takesInput: true,
      });
      // The input never ends, so that the import cannot be over before the kill.
      importing.stdin.write(rows);
      await pollUntil(() => existsSync(join(dataDir, 'postgres', 'postmaster.pid')));
      await pause(1000 + afterMs);
      await kill(importing);
      const there = parseExportedStatuses(await runPaperboyOk('subscribers export', environment));
      expect(countNamed(there, 'before')).toBe(500);
    }
    await runPaperboyOk(`subscribers import ${file}`, environment);
    const there = parseExportedStatuses(await runPaperboyOk('subscribers export', environment));
    expect([countNamed(there, 'before'), countNamed(there, 'during')]).toEqual([
      500,
      3 * SUBSCRIBERS,
    ]);
    expect(await readFile(join(dataDir, 'keys.json'), 'utf8')).toBe(keys);
  });

  it('A kill of the running process ends its commands with a message and 1', async () => {
    const running = await startPaperboy(environment);
    const importing = spawnPaperboy(['subscribers', 'import', '-'], environment, {
      takesInput: true,
    });
    // More than the pipes buffer: it is read only once the command reads.
    const rows = `email\n${'ada@example.org\n'.repeat(100_000)}`;
    await new Promise((taken) => importing.stdin.write(rows, taken));
    await kill(running);
    const { code, stderr } = await importing.ended;
    expect(code).toBe(1);
    expect(stderr).toContain('ended before the command was finished');
  });

  it('A kill during composing leaves the whole digest or none', async () => {
    await runPaperboyOk('seed', environment);
    await runPaperboyOk(
      `subscribers import ${await writeImportCsv(environment.cwd, 'reader', SUBSCRIBERS)}`,
      environment,
    );
    for (const afterMs of isLong ? [0, 50, 100, 250, 500] : [0, 150]) {
      const running = await startPaperboy(environment);
      const beganAt = Date.now();
      const { code, stdout } = await runPaperboy(
        ['digest', 'status', '--json', '--date', DAY],
        environment,
      );
      if (code === 0) expect(JSON.parse(stdout).states.pending).toBe(SUBSCRIBERS);
      // The time that the command takes to start; composing follows.
      const untilBegunMs = Date.now() - beganAt;
      const composing = spawnPaperboy(['digest', 'compose', '--date', DAY], environment);
      await pause(untilBegunMs + afterMs);
      await kill(running);
      await composing.ended;
    }
    await runPaperboyOk(`digest compose --date ${DAY}`, environment);
    const status = JSON.parse(
      await runPaperboyOk(`digest status --json --date ${DAY}`, environment),
    );
    expect([status.audience, sum(status.states)]).toEqual([SUBSCRIBERS, SUBSCRIBERS]);
  });

  it('A kill during sending sends nothing twice and loses nothing', async () => {
    const audience = 600;
    await runPaperboyOk('seed', environment);
    await runPaperboyOk(
      `subscribers import ${await writeImportCsv(environment.cwd, 'reader', audience)}`,
      environment,
    );
    await runPaperboyOk(`digest compose --date ${DAY}`, environment);
    let killed = 0;
    for (const stopAt of isLong ? [1, 150, 300, 450] : [1, 150]) {
      const running = await startPaperboy(environment);
      const sending = spawnPaperboy(['digest', 'send', '--now'], environment);
      await pollUntil(async () => (await countDigests(dataDir)).size >= stopAt);
      await kill(running);
      killed += 1;
      await sending.ended;
    }
    const { code, stdout } = await runPaperboy(['digest', 'send', '--now', '--json'], environment);
    const { states } = JSON.parse(stdout);
    const got = await countDigests(dataDir);
    expect([...got.values()].filter((times) => times > 1)).toEqual([]);
    expect(states.sent + states.unknown).toBe(audience);
    expect(states.unknown).toBeLessThanOrEqual(killed * MOST_IN_FLIGHT);
    expect(got.size).toBeGreaterThanOrEqual(states.sent);
    expect(code).toBe(states.unknown > 0 ? 3 : 0);
  });

  it('A kill at any moment loses nothing that was acknowledged', async () => {
    const acknowledged = new Set<string>();
    await runPaperboyOk('seed', environment);
    const lost = async () => {
      const there = parseExportedStatuses(await runPaperboyOk('subscribers export', environment));
      return [...acknowledged].filter((email) => !there.has(email));
    };
    for (let round = 0; round < RANDOM_ROUNDS; round += 1) {
      const running = await startPaperboy(environment);
      expect(await lost()).toEqual([]);
      const file = await writeImportCsv(environment.cwd, `round${round}-`, 400);
      const before = acknowledged.size;
      const deeds = Promise.all([
        signUpUntilGone(`signup${round}-`, acknowledged),
        runPaperboy(['subscribers', 'import', file], environment).then(({ code }) => {
          if (code === 0) addNamed(acknowledged, `round${round}-`, 400);
        }),
      ]);
      await pollUntil(() => acknowledged.size > before);
      await pause(Math.random() * 2500);
      await kill(running);
      await deeds;
    }
    expect(await lost()).toEqual([]);
    expect(acknowledged.size).toBeGreaterThanOrEqual(RANDOM_ROUNDS);
  });
});

async function kill(paperboy: PaperboyProcess): Promise<void> {
  paperboy.kill('SIGKILL');
  expect((await paperboy.ended).code).toBe(null);
}

/** Signs up one subscriber after the other until no process answers; records each response 202. */
async function signUpUntilGone(name: string, acknowledged: Set<string>): Promise<void> {
  for (let n = 0; ; n += 1) {
    const email = `${name}${n}@example.org`;
    const status = await signUp(site, email).catch(() => null);
    if (status === null) return;
    expect(status).toBe(202);
    acknowledged.add(email);
  }
}

function addNamed(emails: Set<string>, name: string, count: number): void {
  for (let n = 0; n < count; n += 1) emails.add(`${name}${n}@example.org`);
}

function countNamed(emails: ReadonlyMap<string, string>, name: string): number {
  return [...emails.keys()].filter((email) => email.startsWith(name)).length;
}

function sum(states: Record<string, number>): number {
  return Object.values(states).reduce((total, count) => total + count, 0);
}
