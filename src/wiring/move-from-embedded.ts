import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { lockDataDir } from '../control/data-dir-lock.ts';
import { migrate } from '../db/migrate.ts';
import { PaperboyError } from '../domain/errors.ts';
import type { Clock } from '../domain/time/clock.ts';
import {
  type MoveProgress,
  type MoveReport,
  moveDatabase,
} from '../services/maintenance/move-database.ts';
import type { Config } from '../settings/config.ts';
import { readStoredKeys } from '../settings/keys.ts';
import { openDatabase } from './database.ts';

/**
 * Copies the embedded database of the data folder to the server of `DATABASE_URL`. The folder is
 * locked during the copy, and no row in it changes.
 * @throws PaperboyError `NO_DATABASE_URL`, `NO_EMBEDDED_DATABASE`, `KEYS_DIFFER`,
 * `DATA_DIR_LOCKED`, `DATABASE_UNREACHABLE`, and what `moveDatabase` throws.
 */
export async function moveFromEmbedded(
  config: Config,
  clock: Clock,
  onProgress: (progress: MoveProgress) => void,
): Promise<MoveReport> {
  const { dataDir } = config;
  await assertServerTarget(config);
  await assertSameKeys(config);
  const lock = await lockDataDir(dataDir);
  try {
    const to = await openDatabase(config);
    try {
      const from = await openDatabase({ ...config, databaseUrl: null });
      try {
        await migrate(to, { queueInPostgres: config.redisUrl === null });
        return await moveDatabase({ from, to }, clock(), onProgress);
      } finally {
        await from.close();
      }
    } finally {
      await to.close();
    }
  } finally {
    await lock.release();
  }
}

async function assertServerTarget({ databaseUrl, dataDir }: Config): Promise<void> {
  if (databaseUrl === null) {
    throw new PaperboyError(
      'NO_DATABASE_URL',
      'DATABASE_URL is not set: expected the PostgreSQL to move to.',
    );
  }
  const folder = join(dataDir, 'postgres');
  const hasFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (hasFolder) return;
  throw new PaperboyError(
    'NO_EMBEDDED_DATABASE',
    `There is no embedded database to move: ${folder} does not exist. DATA_DIR is ${dataDir}.`,
  );
}

/** With other keys, links in mails already sent would break, and suppressed addresses would be
 *  mailed again. */
async function assertSameKeys({ dataDir, secretKeys, suppressionKey }: Config): Promise<void> {
  const storedKeys = await readStoredKeys(dataDir);
  if (storedKeys === null) return;
  const wrong = [
    storedKeys.secretKeys.every((key) => secretKeys.includes(key)) ? [] : ['SECRET_KEY'],
    storedKeys.suppressionKey === suppressionKey ? [] : ['SUPPRESSION_KEY'],
  ].flat();
  if (wrong.length === 0) return;
  const path = join(dataDir, 'keys.json');
  throw new PaperboyError(
    'KEYS_DIFFER',
    `${wrong.join(' and ')} ${wrong.length > 1 ? 'differ' : 'differs'} from ${path}: expected the keys in that file (secretKeys, separated by commas, and suppressionKey), or links already mailed break and suppressed addresses are mailed again. If those keys were never used, move the file away.`,
  );
}
