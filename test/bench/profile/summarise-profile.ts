/**
 * `node --import tsx test/bench/profile/summarise-profile.ts FILE.cpuprofile|FOLDER [ROWS]`: where the time of
 * a process went, by function and by package, the most first.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { selfTimes, summariseProfile } from './self-times.ts';

const [path, rows = '25'] = process.argv.slice(2);
if (path === undefined || !/^\d+$/.test(rows)) {
  console.error('Expected a .cpuprofile file or a folder of them, and how many rows to show.');
  process.exitCode = 2;
} else {
  for (const file of profilesAt(path)) {
    console.log(
      `${file}\n${summariseProfile(selfTimes(JSON.parse(readFileSync(file, 'utf8'))), Number(rows))}\n`,
    );
  }
}

function profilesAt(environment: string): string[] {
  if (!statSync(environment).isDirectory()) return [environment];
  const names = readdirSync(environment).filter((name) => name.endsWith('.cpuprofile'));
  return names.sort().map((name) => join(environment, name));
}
