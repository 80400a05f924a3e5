import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatCount } from '../../copy/en/format.ts';
import {
  type CheckResult,
  reportBroken,
  reportOk,
  reportWarning,
} from '../../domain/monitoring/check-result.ts';
import type { Config } from '../../settings/config.ts';

const BYTES_PER_MB = 1024 * 1024;
/** A day of papers and of many subscribers' deliveries takes some tens of MB. */
const WARNING_BELOW_BYTES = 1024 * BYTES_PER_MB;
const BROKEN_BELOW_BYTES = 100 * BYTES_PER_MB;

/** Checks the free space of DATA_DIR, unless nothing is stored there. */
export async function checkDisk({ dataDir, databaseUrl, smtpUrls }: Config): Promise<CheckResult> {
  if (databaseUrl !== null && smtpUrls.length > 0)
    return reportOk('disk', 'Paperboy stores nothing on this machine.');
  const { bavail, bsize } = await statfs(findExistingFolder(dataDir));
  return assessDisk(dataDir, bavail * bsize);
}

/** Reports whether `freeBytes` are enough for the data folder. */
export function assessDisk(dataDir: string, freeBytes: number): CheckResult {
  const message = `The disk of ${dataDir} has ${formatCount(Math.round(freeBytes / BYTES_PER_MB))} MB free.`;
  const remedy = 'Free some space, or stop Paperboy and move DATA_DIR to a larger disk.';
  if (freeBytes < BROKEN_BELOW_BYTES) return reportBroken('disk', message, remedy);
  return freeBytes < WARNING_BELOW_BYTES
    ? reportWarning('disk', message, remedy)
    : reportOk('disk', message);
}

function findExistingFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : findExistingFolder(dirname(path));
}
