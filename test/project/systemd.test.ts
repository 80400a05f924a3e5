import { describe, expect, it } from 'vitest';
import { knownSettings, projectFile, SYSTEMD_UNITS } from './files.ts';

/** What stands behind a name, each time it is set. */
function valuesOf(unit: string, name: string): string[] {
  return [...projectFile(`deploy/${unit}`).matchAll(/^(\w+)=(.*)$/gm)].flatMap(
    ([, key, value = '']) => (key === name ? [value] : []),
  );
}

describe.each(SYSTEMD_UNITS)('deploy/%s', (unit) => {
  it('starts what the build makes, with settings that exist', () => {
    const { bin } = JSON.parse(projectFile('package.json'));
    const role = unit.includes('@') ? ' %i' : '';
    expect(valuesOf(unit, 'ExecStart')).toEqual([`/opt/paperboy/${bin.paperboy} start${role}`]);
    const names = valuesOf(unit, 'Environment').flatMap(
      (line) => line.match(/[A-Z_]+(?==)/g) ?? [],
    );
    expect([...knownSettings(), 'NODE_ENV']).toEqual(expect.arrayContaining(names));
  });

  it('lets it write where it keeps its data, and nowhere else', () => {
    expect(valuesOf(unit, 'ProtectSystem')).toEqual(['strict']);
    const [folder] = valuesOf(unit, 'StateDirectory');
    expect(valuesOf(unit, 'Environment').join()).toContain(`DATA_DIR=/var/lib/${folder}`);
    expect(valuesOf(unit, 'User')).toEqual(['paperboy']);
  });

  it('gives it the time to finish what is on its way, and starts it again after a crash alone', () => {
    // A worker waits 20 seconds for its relays.
    expect(Number(valuesOf(unit, 'TimeoutStopSec')[0])).toBeGreaterThanOrEqual(30);
    expect(valuesOf(unit, 'KillMode')).toEqual(['mixed']);
    expect(valuesOf(unit, 'Restart')).toEqual(['on-failure']);
    expect(valuesOf(unit, 'MemoryDenyWriteExecute')).toEqual([]);
  });
});

it('Both units are the same but for the role', () => {
  const [one = '', each = ''] = SYSTEMD_UNITS.map((unit) => projectFile(`deploy/${unit}`));
  const bodyOf = (text: string) => text.slice(text.indexOf('[Unit]'));
  expect(bodyOf(each).replace(' (%i)', '').replace('start %i', 'start')).toBe(bodyOf(one));
});
