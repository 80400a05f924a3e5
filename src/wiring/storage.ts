import type { Database, Db } from '../db/client.ts';
import { hasEverHadSubscribers } from '../db/subscribers/subscribers.ts';
import type { Clock } from '../domain/time/clock.ts';
import type { Config } from '../settings/config.ts';
import { type Keys, loadKeys } from '../settings/keys.ts';
import { type Closer, closeAll, openPreparedDatabase } from './database.ts';

/** What a command needs that neither sends mail nor enqueues jobs. */
export interface Storage {
  database: Database;
  db: Db;
  keys: Keys;
  clock: Clock;
}

/**
 * Opens the database and the keys alone, for `action`: without queue, mail and site, whose
 * libraries take longer to load than such a command to run.
 * @throws what `openPreparedDatabase` and `loadKeys` throw.
 */
export async function withStorage<Result>(
  config: Config,
  clock: Clock,
  action: (storage: Storage) => Promise<Result>,
): Promise<Result> {
  const closers: Closer[] = [];
  try {
    const { database } = await openPreparedDatabase(config, clock, closers, { withQueue: false });
    const { db } = database;
    return await action({ database, db, clock, keys: await loadConfiguredKeys(config, db) });
  } finally {
    await closeAll(closers);
  }
}

/** The keys of `config`, made at the first start only. */
export async function loadConfiguredKeys(config: Config, db: Db): Promise<Keys> {
  return loadKeys({ ...config, mayCreate: !(await hasEverHadSubscribers(db)) });
}
