import { spawnSync } from 'node:child_process';
import { link, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type DataDirLock, lockDataDir } from '../../src/control/data-dir-lock.ts';
import {
  killLockHolders,
  type LockHolderProcess,
  startLockHolder,
} from './fixtures/start-lock-holder.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lock-test-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  killLockHolders();
  await rm(dir, { recursive: true, force: true });
});

const runFiles = async () => (await readdir(join(dir, 'run'))).sort();
const locked = { code: 'DATA_DIR_LOCKED' };

describe('lockDataDir', () => {
  it('The second process is refused with folder, process, time and advice', async () => {
    const lock = await lockDataDir(dir);
    const refusal = await lockDataDir(dir).catch((error: Error) => error);
    expect(refusal).toMatchObject(locked);
    const { message } = refusal as Error;
    expect(message).toContain(dir);
    expect(message).toContain(`process ${process.pid} `);
    expect(message).toMatch(/since \d{4}-\d\d-\d\dT/);
    expect(message).toContain('stop that process');
    await lock.release();
    await (await lockDataDir(dir)).release();
  });

  it('Locking creates the folder; only its owner can use socket and lock file', async () => {
    const deep = join(dir, 'not', 'yet');
    const lock = await lockDataDir(deep);
    expect((await stat(join(deep, 'run'))).mode & 0o777).toBe(0o700);
    const files = await readdir(join(deep, 'run'));
    expect(files).toHaveLength(2);
    for (const file of files) {
      expect((await stat(join(deep, 'run', file))).mode & 0o777).toBe(0o600);
    }
    await lock.release();
  });

  it('A folder whose path is too long for a socket address can be locked', async () => {
    const long = join(dir, 'x'.repeat(200 - dir.length));
    // Other processes make folders in the one for temporary files, too.
    const temporary = join(dir, 't');
    await mkdir(temporary);
    vi.stubEnv('TMPDIR', temporary);
    const lock = await lockDataDir(long);
    await expect(lockDataDir(long)).rejects.toMatchObject(locked);
    expect(await readdir(temporary)).toEqual([]);
    await lock.release();
    vi.unstubAllEnvs();
    const holder = await startLockHolder(long);
    expect(await holder.ask('lock')).toBe('won');
    await expect(lockDataDir(long)).rejects.toMatchObject(locked);
    await holder.signal('SIGKILL');
    await (await lockDataDir(long)).release();
  });

  it('The lock of a killed holder is taken over at once, again and again', async () => {
    for (let round = 1; round <= 5; round += 1) {
      const holder = await startLockHolder(dir);
      expect(await holder.ask('lock')).toBe('won');
      await expect(lockDataDir(dir)).rejects.toMatchObject(locked);
      await holder.signal('SIGKILL');
      const lock = await lockDataDir(dir);
      expect(await runFiles()).toEqual([expect.stringMatching(/\.sock$/), `lock.${2 * round}`]);
      await lock.release();
    }
  });

  it('A stopped holder keeps the lock', async () => {
    const holder = await startLockHolder(dir);
    await holder.ask('lock');
    await holder.signal('SIGSTOP');
    await expect(lockDataDir(dir)).rejects.toMatchObject(locked);
    await holder.signal('SIGCONT');
    expect(await holder.ask('release')).toBe('released');
    await (await lockDataDir(dir)).release();
  });

  it.runIf(process.platform === 'linux')(
    'A stopped holder keeps the lock even when the queue of its socket is full',
    async () => {
      const holder = await startLockHolder(dir);
      await holder.ask('lock');
      await holder.signal('SIGSTOP');
      const socket = (await runFiles()).find((name) => name.endsWith('.sock')) ?? '';
      const callers = await fillQueue(join(dir, 'run', socket));
      await expect(lockDataDir(dir)).rejects.toMatchObject(locked);
      for (const caller of callers) caller.destroy();
    },
  );

  it('Exactly one of eight processes that start at once gets the lock, every time', async () => {
    const lockers = await Promise.all(Array.from({ length: 8 }, () => startLockHolder(dir)));
    for (let round = 1; round <= 10; round += 1) {
      const answers = await Promise.all(lockers.map((locker) => locker.ask('lock')));
      expect(answers.filter((answer) => answer === 'won')).toHaveLength(1);
      expect(answers.filter((answer) => answer === 'DATA_DIR_LOCKED')).toHaveLength(7);
      const winner = answers.indexOf('won');
      if (round % 5 !== 0) await lockers[winner]?.ask('release');
      else await replace(lockers, winner);
    }
  });

  it('Two processes never hold the lock while many lock and release', async () => {
    let holders = 0;
    let most = 0;
    const hold = async (lock: DataDirLock) => {
      holders += 1;
      most = Math.max(most, holders);
      await stat(dir);
      holders -= 1;
      await lock.release();
    };
    let taken = 0;
    await Promise.all(
      Array.from({ length: 12 }, async () => {
        for (let iteration = 0; iteration < 25; iteration += 1) {
          const lock = await lockDataDir(dir).catch(ignoreLocked);
          if (!lock) continue;
          taken += 1;
          await hold(lock);
        }
      }),
    );
    expect(most).toBe(1);
    expect(taken).toBeGreaterThan(5);
    await (await lockDataDir(dir)).release();
    expect(await runFiles()).toHaveLength(1);
  });

  it('A process with the process id of a dead holder is not mistaken for it', async () => {
    await mkdir(join(dir, 'run'));
    const dead = { socket: 'ab.sock', pid: process.pid, host: 'here', startedAt: '2026-05-08' };
    await writeFile(join(dir, 'run', 'lock.7'), JSON.stringify(dead));
    const lock = await lockDataDir(dir);
    expect(await runFiles()).toContain('lock.8');
    await lock.release();
  });

  it('Older lock files stay while another process contends', async () => {
    const holder = await startLockHolder(dir);
    await holder.ask('lock');
    await holder.signal('SIGKILL');
    const contender = await startLockHolder(join(dir, 'other'));
    await contender.ask('lock');
    const socket = (await readdir(join(dir, 'other', 'run'))).find((name) => /sock$/.test(name));
    await link(join(dir, 'other', 'run', socket ?? ''), join(dir, 'run', socket ?? ''));
    const lock = await lockDataDir(dir);
    expect(await runFiles()).toEqual(expect.arrayContaining(['lock.1', 'lock.2', socket]));
    await lock.release();
  });

  it('A lock file that cannot be read is an error', async () => {
    await mkdir(join(dir, 'run'));
    await writeFile(join(dir, 'run', 'lock.3'), '{"socket":"../x"}');
    const refusal = lockDataDir(dir);
    await expect(refusal).rejects.toMatchObject({ code: 'DATA_DIR_UNREADABLE_LOCK' });
    await expect(refusal).rejects.toThrow(/lock\.3.*delete the file/);
    expect(await runFiles()).toEqual(['lock.3']);
  });

  it.runIf(canUnshare())(
    'The lock holds across containers with other process ids and network',
    async () => {
      const holder = await startLockHolder(dir, ['unshare', '-Upnr', '--fork', '--kill-child']);
      expect(await holder.ask('lock')).toBe('won');
      await expect(lockDataDir(dir)).rejects.toThrow(/process 1 /);
      await holder.signal('SIGKILL');
    },
  );
});

async function replace(lockers: LockHolderProcess[], index: number): Promise<void> {
  await lockers[index]?.signal('SIGKILL');
  lockers[index] = await startLockHolder(dir);
}

function ignoreLocked(error: unknown): null {
  expect(error).toMatchObject(locked);
  return null;
}

/** Connects until the kernel says that the socket's queue is full. */
async function fillQueue(path: string): Promise<ReturnType<typeof connect>[]> {
  const callers: ReturnType<typeof connect>[] = [];
  for (;;) {
    const caller = connect(path);
    const outcome = await new Promise((resolve) => {
      caller.once('connect', () => resolve('connected'));
      caller.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    if (outcome !== 'connected') {
      expect(outcome).toBe('EAGAIN');
      return callers;
    }
    callers.push(caller);
  }
}

function canUnshare(): boolean {
  return spawnSync('unshare', ['-Upnr', '--fork', 'true']).status === 0;
}
