import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { lockDataDir } from '../control/data-dir-lock.ts';
import { migrate } from '../db/migrate.ts';
import type { Clock } from '../domain/clock.ts';
import { PaperboyError } from '../domain/errors.ts';
import { readKeptKeys } from '../keys.ts';
import { type Moved, type MoveProgress, moveDatabase } from '../services/move-database.ts';
import { openDatabase } from './database.ts';

/**
 * Moves what the embedded database of the data folder holds to the server of `DATABASE_URL`. The folder
 * is locked meanwhile, and not a row in it changes.
 * @throws PaperboyError `NO_DATABASE_URL`, `NO_EMBEDDED_DATABASE`, `KEYS_DIFFER`, `DATA_DIR_LOCKED`,
 * `DATABASE_UNREACHABLE`, and what `moveDatabase` throws.
 */
export async function moveFromEmbedded(
  config: Config,
  clock: Clock,
  onProgress: (progress: MoveProgress) => void,
): Promise<Moved> {
  const { dataDir } = config;
  await demandServer(config);
  await demandKeptKeys(config);
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

async function demandServer({ databaseUrl, dataDir }: Config): Promise<void> {
  if (databaseUrl === null) {
    throw new PaperboyError(
      'NO_DATABASE_URL',
      'DATABASE_URL is not set: expected the PostgreSQL to move to.',
    );
  }
  const folder = join(dataDir, 'postgres');
  const isThere = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isThere) return;
  throw new PaperboyError(
    'NO_EMBEDDED_DATABASE',
    `There is no embedded database to move: ${folder} is no folder. DATA_DIR is ${dataDir}.`,
  );
}

/** With other keys every link in mails already sent would be dead, and whoever is never to be mailed forgotten. */
async function demandKeptKeys({ dataDir, secretKeys, suppressionKey }: Config): Promise<void> {
  const kept = await readKeptKeys(dataDir);
  if (kept === null) return;
  const wrong = [
    kept.secretKeys.every((key) => secretKeys.includes(key)) ? [] : ['SECRET_KEY'],
    kept.suppressionKey === suppressionKey ? [] : ['SUPPRESSION_KEY'],
  ].flat();
  if (wrong.length === 0) return;
  const path = join(dataDir, 'keys.json');
  throw new PaperboyError(
    'KEYS_DIFFER',
    `${wrong.join(' and ')} ${wrong.length > 1 ? 'are others' : 'is another'} than in ${path}: expected the keys from there (secretKeys, separated by commas, and suppressionKey), or links already mailed break and suppressed addresses are mailed again. Were they never in use, move that file away.`,
  );
}
