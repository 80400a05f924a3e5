import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/commands/command-line.ts';
import { useTempFolder } from '../support/temp-folder.ts';
import { runCommandWith } from './run.ts';

const inFolder = useTempFolder();

/** Runs the arguments after `paperboy` in a process without data. */
function paperboy(line: string, env: Record<string, string> = {}) {
  const world = { env: { DATA_DIR: inFolder('data'), ...env }, instanceId: 'test' };
  return runCommandWith((io) => runCommandLine(line === '' ? [] : line.split(' '), io, world));
}

describe('paperboy', () => {
  it.each(['', '--help', 'help'])('“paperboy %s” prints the help', async (line) => {
    const { code, stdout, stderr } = await paperboy(line);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of [
      'start',
      'demo',
      'migrate',
      'seed',
      'doctor',
      'papers',
      'digest',
      'subscribers',
    ]) {
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
  });

  it.each([
    'start',
    'demo',
    'migrate',
    'seed',
    'doctor',
    'papers import',
    'digest compose',
    'digest send',
    'digest status',
    'digest preview',
    'subscribers import',
    'subscribers export',
    'subscribers erase',
  ])('“%s --help” prints the usage without touching any data', async (command) => {
    const { code, stdout } = await paperboy(`${command} --help`);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: paperboy ${command} `));
    expect(await readdir(inFolder())).toEqual([]);
  });

  it('“--version” prints the version', async () => {
    expect((await paperboy('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    ['nonsense', "unknown command 'nonsense'"],
    ['digset', 'Did you mean digest?'],
    ['digest nonsense', "unknown command 'nonsense'"],
    ['digest', 'Usage: paperboy digest'],
    ['seed twice', 'too many arguments'],
    ['seed --loud', "unknown option '--loud'"],
    ['start nobody', 'Allowed choices are api, worker, scheduler'],
    ['papers import', "missing required argument 'file'"],
    [
      'digest compose --date 2026-02-30',
      '“2026-02-30” is not a day: expected one such as 2026-05-08',
    ],
    ['digest status --date', 'argument missing'],
    ['digest send --kind hourly', 'Allowed choices are daily, weekly'],
    ['subscribers erase', "missing required argument 'email'"],
  ])('“paperboy %s” is rejected with a reason, and touches no data', async (line, message) => {
    const { code, stdout, stderr } = await paperboy(line);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
    expect(await readdir(inFolder())).toEqual([]);
  });

  it.each(['seed', 'start', 'migrate'])(
    '“%s” reports all invalid settings at once',
    async (command) => {
      const { code, stderr } = await paperboy(command, { PORT: 'x', COMPOSE_AT: '25:00' });
      expect(code).toBe(1);
      expect(stderr).toContain('PORT is “x”: expected a whole number from 0 to 65535');
      expect(stderr).toContain('COMPOSE_AT is “25:00”');
      expect(await readdir(inFolder())).toEqual([]);
    },
  );

  it('The doctor lists invalid settings among its findings', async () => {
    const { code, stdout } = await paperboy('doctor --json', { PORT: 'x' });
    expect(code).toBe(1);
    const message = expect.stringContaining('PORT is “x”');
    const finding = { check: 'settings', ok: false, status: 'broken', message, mend: null };
    expect(JSON.parse(stdout)).toEqual({ findings: [finding] });
  });

  it.each(['api', 'worker', 'scheduler'])(
    '“start %s” is rejected with an embedded database',
    async (role) => {
      const { code, stderr } = await paperboy(`start ${role}`);
      expect(code).toBe(1);
      expect(stderr).toBe(
        `The role “${role}” alone needs DATABASE_URL and SMTP_URL: an embedded database or inbox works only in one process with all roles. Set them, or run “paperboy start”.\n`,
      );
      expect(await readdir(inFolder())).toEqual([]);
    },
  );

  it('“start worker” names the one setting that it still needs', async () => {
    const key = 'k'.repeat(32);
    const server = {
      DATABASE_URL: 'postgres://127.0.0.1:1/x',
      SECRET_KEY: key,
      SUPPRESSION_KEY: key,
    };
    expect((await paperboy('start worker', server)).stderr).toContain(
      'alone needs SMTP_URL: an embedded',
    );
  });

  it.each(['start', 'seed', 'migrate', 'digest status', 'doctor'])(
    '“%s” says that the database cannot be reached, without its password',
    async (command) => {
      const key = 'k'.repeat(32);
      const { code, stdout, stderr } = await paperboy(command, {
        DATABASE_URL: 'postgres://paperboy:hunter2@127.0.0.1:1/papers',
        SECRET_KEY: key,
        SUPPRESSION_KEY: key,
      });
      expect(code).toBe(1);
      const output = stdout + stderr;
      expect(output).toMatch(/DATABASE_URL \(127\.0\.0\.1:1\/papers\).*ECONNREFUSED/);
      expect(output).not.toContain('hunter2');
      expect(output).not.toContain('    at ');
    },
  );
});
