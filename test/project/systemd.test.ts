import { describe, expect, it } from 'vitest';
import { knownSettings, projectFile, SYSTEMD_UNITS } from './files.ts';

/** All values of a key of a unit. */
function valuesOf(unit: string, name: string): string[] {
  return [...projectFile(`deploy/${unit}`).matchAll(/^(\w+)=(.*)$/gm)].flatMap(
    ([, key, value = '']) => (key === name ? [value] : []),
  );
}

describe.each(SYSTEMD_UNITS)('deploy/%s', (unit) => {
  it(`${unit} starts bin/paperboy with settings that exist`, () => {
    const { bin } = JSON.parse(projectFile('package.json'));
    const role = unit.includes('@') ? ' %i' : '';
    expect(valuesOf(unit, 'ExecStart')).toEqual([`/opt/paperboy/${bin.paperboy} start${role}`]);
    const names = valuesOf(unit, 'Environment').flatMap(
      (line) => line.match(/[A-Z_]+(?==)/g) ?? [],
    );
    expect([...knownSettings(), 'NODE_ENV']).toEqual(expect.arrayContaining(names));
  });

  it(`${unit} allows writing only to the data folder`, () => {
    expect(valuesOf(unit, 'ProtectSystem')).toEqual(['strict']);
    const [folder] = valuesOf(unit, 'StateDirectory');
    expect(valuesOf(unit, 'Environment').join()).toContain(`DATA_DIR=/var/lib/${folder}`);
    expect(valuesOf(unit, 'User')).toEqual(['paperboy']);
  });

  it(`${unit} gives deliveries time to end, and restarts only after a failure`, () => {
    // A worker waits 20 seconds for its relays.
    expect(Number(valuesOf(unit, 'TimeoutStopSec')[0])).toBeGreaterThanOrEqual(30);
    expect(valuesOf(unit, 'KillMode')).toEqual(['mixed']);
    expect(valuesOf(unit, 'Restart')).toEqual(['on-failure']);
    expect(valuesOf(unit, 'MemoryDenyWriteExecute')).toEqual([]);
  });
});

it('Both units are the same except for the role', () => {
  const [one = '', each = ''] = SYSTEMD_UNITS.map((unit) => projectFile(`deploy/${unit}`));
  const bodyOf = (text: string) => text.slice(text.indexOf('[Unit]'));
  expect(bodyOf(each).replace(' (%i)', '').replace('start %i', 'start')).toBe(bodyOf(one));
});
