import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ROLES } from '../../src/roles.ts';
import { findProgram } from '../servers/find-program.ts';
import { projectFile, SYSTEMD_UNITS } from './files.ts';

const CLONE = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

it.each(SYSTEMD_UNITS)('systemd accepts every line of deploy/%s', (unit) => {
  const analyze = findProgram('systemd-analyze');
  if (analyze === null) throw new Error('systemd-analyze was not found (Debian: systemd).');
  const folder = mkdtempSync(join(tmpdir(), 'paperboy-units-'));
  try {
    // systemd checks that the program exists: use the one of this clone.
    const text = projectFile(`deploy/${unit}`).replaceAll('/opt/paperboy', CLONE);
    writeFileSync(join(folder, unit), text);
    const names = unit.includes('@') ? ROLES.map((role) => `paperboy@${role}.service`) : [unit];
    for (const name of names) {
      const args = ['verify', '--man=no', join(folder, name)];
      expect(execFileSync(analyze, args, { encoding: 'utf8', stdio: 'pipe' })).toBe('');
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
