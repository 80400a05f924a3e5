/**
 * `node --import tsx test/bench/profile/summarise-profile.ts FILE.cpuprofile|FOLDER [ROWS]`: prints
 * the CPU time of a process by function and by module, the most first.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { selfTimes, summariseProfile } from './self-times.ts';

const [path, rows = '25'] = process.argv.slice(2);
if (path === undefined || !/^\d+$/.test(rows)) {
  console.error(
    'Expected a .cpuprofile file or a folder of them, and optionally the number of rows.',
  );
  process.exitCode = 2;
} else {
  for (const file of profilesAt(path)) {
    console.log(
      `${file}\n${summariseProfile(selfTimes(JSON.parse(readFileSync(file, 'utf8'))), Number(rows))}\n`,
    );
  }
}

function profilesAt(location: string): string[] {
  if (!statSync(location).isDirectory()) return [location];
  const names = readdirSync(location).filter((name) => name.endsWith('.cpuprofile'));
  return names.sort().map((name) => join(location, name));
}
