import { sql } from 'drizzle-orm';
import type { ServerSettings } from '../../domain/monitoring/server-settings.ts';
import type { Db } from '../client.ts';

/** Reads the settings of the server that the promise rests on. */
export async function readServerSettings(db: Db): Promise<ServerSettings> {
  const { rows } = await db.execute<{ [Name in keyof ServerSettings]: ServerSettings[Name] }>(sql`
    SELECT current_setting('fsync') = 'on' AS "syncsCommits",
      current_setting('full_page_writes') = 'on' AS "writesFullPages",
      (SELECT count(*)::int FROM pg_stat_replication) AS standbys,
      current_setting('synchronous_standby_names') <> '' AS "waitsForStandby",
      current_setting('max_locks_per_transaction')::int *
        (current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int)
        AS locks,
      (SELECT count(*)::int FROM pg_inherits WHERE inhparent = 'deliveries'::regclass)
        AS "deliveryTables"`);
  const [settings] = rows;
  if (!settings) throw new Error('The server did not return its settings.');
  return settings;
}
