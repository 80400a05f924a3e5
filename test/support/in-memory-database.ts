import { PGlite } from '@electric-sql/pglite';
import { createPGliteDatabase, type Database } from '../../src/db/client.ts';

/** An embedded database in memory: empty, or with what `dump` holds. */
export async function openInMemoryDatabase(dump: Blob | null = null): Promise<Database> {
  return createPGliteDatabase(await PGlite.create(dump === null ? {} : { loadDataDir: dump }));
}
