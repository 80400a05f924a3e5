import { expect, it } from 'vitest';
import { assessDisk } from '../../../src/commands/doctor/disk.ts';

const MB = 1024 * 1024;

it.each([
  [50, 'broken'],
  [500, 'warning'],
  [5000, 'ok'],
])('A disk with %i MB free is %s', (freeMb, status) => {
  expect(assessDisk('/srv/paperboy', freeMb * MB).status).toBe(status);
});
