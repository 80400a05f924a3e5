import { describe } from 'vitest';

/** A suite about real PostgreSQL servers: part of `npm run test:services`, no part of `npm test`. */
export function describeOnServer(title: string, suite: () => void): void {
  if (process.env.TEST_DATABASE_URL) describe(title, suite);
}
