/** The database that every test file's own is copied from. */
export const TEMPLATE = 'paperboy_test_template';

/** The same server, another database. */
export function urlOfDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
