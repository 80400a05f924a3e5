import pg from 'pg';

/** The database that the database of each test file is copied from. */
export const TEMPLATE_DATABASE = 'paperboy_test_template';

/** The server of TEST_DATABASE_URL. @throws Error when the variable is not set. */
export function requireServerUrl(): string {
  const url = process.env.TEST_DATABASE_URL;
  if (!url) throw new Error('TEST_DATABASE_URL is not set: run npm run test:services.');
  return url;
}

/** The URL of another database on the same server. */
export function urlOfDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Runs one statement on a new connection, for example one not allowed in a transaction. */
export async function executeOnServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
