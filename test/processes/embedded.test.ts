import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { confirm, leave, signUp } from './support/http.ts';
import {
  killAll,
  type Paperboy,
  type Place,
  run,
  runWell,
  startPaperboy,
  until,
} from './support/paperboy.ts';
import { countDigests, findMail, statusesIn, writeReaders } from './support/readers.ts';

const DAY = '2026-05-08';
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Told by their place in the story: each test goes on where the one before ended. */
describe('paperboy start on a bare machine', () => {
  let root: string;
  let place: Place;
  let dataDir: string;
  let site: string;
  let running: Paperboy;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'paperboy-process-'));
    await chmod(root, 0o700);
    // Deeper than the 103 bytes that a socket's path may have.
    dataDir = join(root, ...Array.from({ length: 20 }, () => 'far-below'), 'data');
    place = { cwd: join(root, 'home'), env: {} };
    await mkdir(place.cwd);
    const port = await freePort();
    site = `http://127.0.0.1:${port}`;
    const settings = [
      `DATA_DIR=${dataDir}`,
      `PORT=${port}`,
      'INBOX_PORT=0',
      'LOG_LEVEL=trace',
      'SOURCES=none',
    ];
    await writeFile(join(place.cwd, '.env'), `${settings.join('\n')}\n`);
    running = await startPaperboy(place);
  });
  afterAll(async () => {
    await killAll();
    await rm(root, { recursive: true, force: true });
  });

  it('says where it runs, with the settings of .env', async () => {
    expect(running.stdout()).toMatch(/^Paperboy \d+\.\d+\.\d+ runs: api, worker, scheduler\.$/m);
    expect(running.stdout()).toContain(`http://localhost:${new URL(site).port}/`);
    expect(running.stdout()).toContain(dataDir);
    expect((await fetch(`${site}/healthz`)).status).toBe(200);
  });

  it('refuses a second start and names the first', async () => {
    const { code, stderr } = await run(['start'], place);
    expect(code).toBe(1);
    expect(stderr).toContain(`${dataDir} is in use by process ${running.pid} on`);
  });

  it('runs the commands beside it, so that nobody else opens the folder', async () => {
    expect(await runWell('seed', place)).toContain('49 papers of them new');
    const file = await writeReaders(place.cwd, 'reader', 3);
    expect(await runWell(`subscribers import ${file}`, place)).toContain('3 added');
    for (const name of ['ada', 'bob']) {
      expect(await signUp(site, `${name}@example.org`)).toBe(202);
      const mail = await until(() => findMail(dataDir, `${name}@example.org`, isLetter));
      const token = await confirm(site, mail.text);
      if (name === 'bob') expect(await leave(site, token)).toBe(200);
    }
    expect(await runWell(`digest compose --date ${DAY}`, place)).toContain('4 readers');
    const sent = JSON.parse(await runWell('digest send --now --json', place));
    expect(sent).toMatchObject({ date: DAY, audience: 4, states: { sent: 4, pending: 0 } });
    expect(JSON.parse(await runWell('digest status --json', place)).states).toEqual(sent.states);
    expect(await runWell('doctor', place)).not.toContain('WRONG');
    expect([...(await countDigests(dataDir)).values()]).toEqual([1, 1, 1, 1]);
    const locks = (await readdir(join(dataDir, 'run'))).filter((name) => name.startsWith('lock.'));
    expect(locks).toEqual(['lock.1']);
  });

  it('ends quietly when the reader of its output leaves', async () => {
    const file = await writeReaders(place.cwd, 'crowd', 5000);
    await runWell(`subscribers import ${file}`, place);
    const { stdout, stderr } = await promisify(execFile)(
      'sh',
      ['-c', `"${process.execPath}" "${MAIN}" subscribers export | head -n 1`],
      { cwd: place.cwd },
    );
    expect({ stdout, stderr }).toEqual({
      stdout:
        'email,status,topics,muted_topics,keywords,names,timezone,hour,frequency,papers,minutes,bar,paused_until\n',
      stderr: '',
    });
  });

  it('writes no address and no token into its log', async () => {
    const log = running.stderr();
    expect(log).toContain('"digest');
    expect(log).not.toMatch(/@example\.org/);
    for (const fits of [isLetter, (subject: string) => / and \d+ more$/.test(subject)]) {
      const mail = await findMail(dataDir, 'ada@example.org', fits);
      const links = /(?<=\/(?:confirm|unsubscribe|preferences|view)\/)[\w.-]+/g;
      const tokens = mail?.text.match(links) ?? [];
      expect(tokens.length).toBeGreaterThan(0);
      for (const token of tokens) expect(log).not.toContain(token);
    }
    for (const key of Object.values(JSON.parse(await readKeys())).flat()) {
      expect(log).not.toContain(String(key));
    }
  });

  it('stops in order at SIGTERM, within seconds, with exit code 0', async () => {
    const keys = await readKeys();
    const asked = Date.now();
    running.kill('SIGTERM');
    const { code, stdout } = await running.ended;
    expect(code).toBe(0);
    expect(Date.now() - asked).toBeLessThan(10_000);
    expect(stdout).toContain('Stopping');
    expect(statusesIn(await runWell('subscribers export', place)).get('bob@example.org')).toBe(
      'unsubscribed',
    );
    expect(await readKeys()).toBe(keys);
  });

  const readKeys = () => readFile(join(dataDir, 'keys.json'), 'utf8');
});

function isLetter(subject: string): boolean {
  return subject.startsWith('Confirm');
}
