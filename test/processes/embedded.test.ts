import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreePort } from '../support/free-port.ts';
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
import {
  countDigests,
  findMail,
  parseExportedStatuses,
  writeImportCsv,
} from './support/subscribers.ts';

const DAY = '2026-05-08';
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** The tests run in order: each continues where the one before ended. */
describe('paperboy start on a bare machine', () => {
  let root: string;
  let environment: ProcessEnvironment;
  let dataDir: string;
  let site: string;
  let running: PaperboyProcess;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'paperboy-process-'));
    await chmod(root, 0o700);
    // Longer than the 103 bytes of a socket's path.
    dataDir = join(root, ...Array.from({ length: 20 }, () => 'far-below'), 'data');
    environment = { cwd: join(root, 'home'), env: {} };
    await mkdir(environment.cwd);
    const port = await findFreePort();
    site = `http://127.0.0.1:${port}`;
    const settings = [
      `DATA_DIR=${dataDir}`,
      `PORT=${port}`,
      'INBOX_PORT=0',
      'LOG_LEVEL=trace',
      'SOURCES=none',
    ];
    await writeFile(join(environment.cwd, '.env'), `${settings.join('\n')}\n`);
    running = await startPaperboy(environment);
  });
  afterAll(async () => {
    await killAll();
    await rm(root, { recursive: true, force: true });
  });

  it('“start” prints its addresses, with the settings of .env', async () => {
    expect(running.stdout()).toMatch(/^Paperboy \d+\.\d+\.\d+ runs: api, worker, scheduler\.$/m);
    expect(running.stdout()).toContain(`http://localhost:${new URL(site).port}/`);
    expect(running.stdout()).toContain(dataDir);
    expect((await fetch(`${site}/healthz`)).status).toBe(200);
  });

  it('A second “start” is refused and names the first process', async () => {
    const { code, stderr } = await runPaperboy(['start'], environment);
    expect(code).toBe(1);
    expect(stderr).toContain(`${dataDir} is in use by process ${running.pid} on`);
  });

  it('The running process runs other commands, so that no other process opens the folder', async () => {
    expect(await runPaperboyOk('seed', environment)).toContain('49 of the papers are new');
    const file = await writeImportCsv(environment.cwd, 'reader', 3);
    expect(await runPaperboyOk(`subscribers import ${file}`, environment)).toContain('3 added');
    for (const name of ['ada', 'bob']) {
      expect(await signUp(site, `${name}@example.org`)).toBe(202);
      const mail = await pollUntil(() =>
        findMail(dataDir, `${name}@example.org`, isTransactionalEmail),
      );
      const token = await confirm(site, mail.text);
      if (name === 'bob') expect(await unsubscribeOneClick(site, token)).toBe(200);
    }
    expect(await runPaperboyOk(`digest compose --date ${DAY}`, environment)).toContain('4 readers');
    const sent = JSON.parse(await runPaperboyOk('digest send --now --json', environment));
    expect(sent).toMatchObject({ date: DAY, audience: 4, states: { sent: 4, pending: 0 } });
    expect(JSON.parse(await runPaperboyOk('digest status --json', environment)).states).toEqual(
      sent.states,
    );
    expect(await runPaperboyOk('doctor', environment)).not.toContain('FAIL');
    expect([...(await countDigests(dataDir)).values()]).toEqual([1, 1, 1, 1]);
    const locks = (await readdir(join(dataDir, 'run'))).filter((name) => name.startsWith('lock.'));
    expect(locks).toEqual(['lock.1']);
  });

  it('A command beside the running process reads its own standard input', async () => {
    const command = spawnPaperboy(['subscribers', 'import', '-'], environment, {
      takesInput: true,
    });
    command.stdin.end('email\npiped@example.org\nnobody\n');
    const { code, stdout, stderr } = await command.ended;
    expect(stdout).toContain('2 rows read: 1 added');
    expect(stderr).toContain('Line 3: ');
    expect(code).toBe(1);
  });

  it('A command beside the running process ends with 130 when it is interrupted', async () => {
    const command = spawnPaperboy(['papers', 'import', '-'], environment, { takesInput: true });
    // More than the pipes buffer: it is taken only once the command reads. Without an end the
    // command waits for more.
    const input = `[${' '.repeat(2_000_000)}`;
    await new Promise((taken) => command.stdin.write(input, taken));
    command.kill('SIGINT');
    expect((await command.ended).code).toBe(130);
    expect(await runPaperboyOk('digest status --json', environment)).toContain('"sent":4');
  });

  it('A command ends quietly when its output is closed', async () => {
    const file = await writeImportCsv(environment.cwd, 'crowd', 5000);
    await runPaperboyOk(`subscribers import ${file}`, environment);
    const { stdout, stderr } = await promisify(execFile)(
      'sh',
      ['-c', `"${process.execPath}" "${MAIN}" subscribers export | head -n 1`],
      { cwd: environment.cwd },
    );
    expect({ stdout, stderr }).toEqual({
      stdout:
        'email,status,topics,topics_only,shows_summaries,muted_topics,keywords,names,timezone,hour,frequency,papers,minutes,relevance_threshold,paused_until\n',
      stderr: '',
    });
  });

  it('The log contains no address and no token', async () => {
    const log = running.stderr();
    expect(log).toContain('"digest');
    expect(log).not.toMatch(/@example\.org/);
    for (const fits of [
      isTransactionalEmail,
      (subject: string) => / and \d+ more$/.test(subject),
    ]) {
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

  it('“start” stops in order at SIGTERM, within seconds, with exit code 0', async () => {
    const keys = await readKeys();
    const asked = performance.now();
    running.kill('SIGTERM');
    const { code, stdout } = await running.ended;
    expect(code).toBe(0);
    // It waits 20 s only for mails in flight, of which there are none.
    expect(performance.now() - asked).toBeLessThan(18_000);
    expect(stdout).toContain('Stopping');
    expect(
      parseExportedStatuses(await runPaperboyOk('subscribers export', environment)).get(
        'bob@example.org',
      ),
    ).toBe('unsubscribed');
    expect(await readKeys()).toBe(keys);
  });

  const readKeys = () => readFile(join(dataDir, 'keys.json'), 'utf8');
});

function isTransactionalEmail(subject: string): boolean {
  return subject.startsWith('Confirm');
}
