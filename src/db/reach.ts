import { sql } from 'drizzle-orm';
import { PaperboyError } from '../domain/errors.ts';
import type { Database, Db } from './client.ts';

/** The oldest PostgreSQL that our statements run on. */
const OLDEST_MAJOR = 15;

/**
 * Asks the server of `url` for a sign of life, ten seconds at most, and for its version.
 * @throws PaperboyError `DATABASE_UNREACHABLE` or `DATABASE_TOO_OLD`, naming the server.
 */
export async function reachServer(database: Database, url: string): Promise<void> {
  const version = await versionOf(database).catch((error) => {
    throw unreachable(url, error);
  });
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return;
  throw new PaperboyError(
    'DATABASE_TOO_OLD',
    `The server of DATABASE_URL is PostgreSQL ${version}: expected ${OLDEST_MAJOR} or newer.`,
  );
}

/** Whether the database takes changes: a standby answers, and takes none. Rejects when it does not answer. */
export async function takesChanges(db: Db): Promise<boolean> {
  const result = await db.execute<{ isWritable: boolean }>(
    sql`SELECT current_setting('transaction_read_only') = 'off' AS "isWritable"`,
  );
  return result.rows[0]?.isWritable === true;
}

/** Such as `15.8`. */
export async function versionOf({ db }: Database): Promise<string> {
  const result = await db.execute<{ version: string }>(
    sql`SELECT split_part(current_setting('server_version'), ' ', 1) AS version`,
  );
  return result.rows[0]?.version ?? '';
}

/** Whether two connections get one session in turn, as behind a pooler in transaction mode. */
export async function sharesSessions({ pool }: Database): Promise<boolean> {
  const clients = [await pool.connect(), await pool.connect()];
  try {
    const ids = new Set<number>();
    for (const client of clients) {
      const { rows } = await client.query<{ id: number }>('SELECT pg_backend_pid() AS id');
      for (const { id } of rows) ids.add(id);
    }
    return ids.size < clients.length;
  } finally {
    for (const client of clients) client.release();
  }
}

function unreachable(url: string, error: unknown): PaperboyError {
  return new PaperboyError(
    'DATABASE_UNREACHABLE',
    `The server of DATABASE_URL (${nameOf(url)}) lets nobody in: ${reasonOf(error)}. Is it running, and are host, port, user and database right?`,
    { cause: error },
  );
}

/** Host and database; never the password. */
function nameOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/** drizzle wraps what `pg` throws, and a host with several addresses fails once for each. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join('; ');
  return (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
}
