import { describe } from 'vitest';

/** A suite about real PostgreSQL servers: part of `npm run test:services`, skipped by `npm test`. */
export const describeOnPostgres = describe.runIf(process.env.TEST_DATABASE_URL);
