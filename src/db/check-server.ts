import { sql } from 'drizzle-orm';
import { PaperboyError } from '../domain/errors.ts';
import type { Database, Db } from './client.ts';

/** The oldest PostgreSQL that runs our statements. */
const MIN_MAJOR_VERSION = 15;

/**
 * Checks that the server of `url` answers within ten seconds and has a supported version.
 * @throws PaperboyError `DATABASE_UNREACHABLE` or `DATABASE_TOO_OLD`, naming the server.
 */
export async function checkServer(database: Database, url: string): Promise<void> {
  const version = await readServerVersion(database).catch((error) => {
    throw createUnreachableServerError(url, error);
  });
  if (Number.parseInt(version, 10) >= MIN_MAJOR_VERSION) return;
  throw new PaperboyError(
    'DATABASE_TOO_OLD',
    `The server of DATABASE_URL is PostgreSQL ${version}: expected ${MIN_MAJOR_VERSION} or newer.`,
  );
}

/** Whether the database accepts writes; a standby does not. Rejects when it does not answer. */
export async function isWritable(db: Db): Promise<boolean> {
  const result = await db.execute<{ isWritable: boolean }>(
    sql`SELECT current_setting('transaction_read_only') = 'off' AS "isWritable"`,
  );
  return result.rows[0]?.isWritable === true;
}

/** The version of the server, such as `15.8`. */
export async function readServerVersion({ db }: Database): Promise<string> {
  const result = await db.execute<{ version: string }>(
    sql`SELECT split_part(current_setting('server_version'), ' ', 1) AS version`,
  );
  return result.rows[0]?.version ?? '';
}

/** Whether two connections share a session, as behind a pooler in transaction mode. */
export async function usesTransactionPooling({ pool }: Database): Promise<boolean> {
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

function createUnreachableServerError(url: string, error: unknown): PaperboyError {
  return new PaperboyError(
    'DATABASE_UNREACHABLE',
    `The server of DATABASE_URL (${describeServer(url)}) cannot be reached: ${describeCause(error)}. Is it running, and are host, port, user and database right?`,
    { cause: error },
  );
}

/** Host and database, without the password. */
function describeServer(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/** drizzle wraps the errors of `pg`, and a host with several addresses fails once for each. */
function describeCause(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (cause instanceof AggregateError) return cause.errors.map(describeCause).join('; ');
  return (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
}
