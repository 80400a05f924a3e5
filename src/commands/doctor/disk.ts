import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../../config.ts';
import { formatCount } from '../../domain/describe.ts';
import { broken, type Finding, ok, warning } from '../../domain/finding.ts';

const MB = 1024 * 1024;
/** A day of papers and of many readers' deliveries is some tens of MB. */
const LITTLE = 1024 * MB;
const TOO_LITTLE = 100 * MB;

/** Whether the disk of DATA_DIR has room, where something is kept in it. */
export async function checkDisk({ dataDir, databaseUrl, smtpUrls }: Config): Promise<Finding> {
  if (databaseUrl !== null && smtpUrls.length > 0)
    return ok('disk', 'Nothing is kept on this machine.');
  const { bavail, bsize } = await statfs(nearestFolder(dataDir));
  return judgeDisk(dataDir, bavail * bsize);
}

/** What `free` bytes mean for the data folder. */
export function judgeDisk(dataDir: string, free: number): Finding {
  const message = `The disk of ${dataDir} has ${formatCount(Math.round(free / MB))} MB left.`;
  const mend = 'Make room, or move DATA_DIR to a larger disk while Paperboy stands still.';
  if (free < TOO_LITTLE) return broken('disk', message, mend);
  return free < LITTLE ? warning('disk', message, mend) : ok('disk', message);
}

function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path));
}
