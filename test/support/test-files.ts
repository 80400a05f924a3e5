/**
 * Globs of the test files that this run leaves out. The end of a file's name says what it needs:
 *
 * - `*.postgres.test.ts`: the server of TEST_DATABASE_URL
 * - `*.redis.test.ts`: the server of TEST_REDIS_URL, most of them the one of TEST_DATABASE_URL too
 * - `*.embedded.test.ts`: PGlite, so they are left out where TEST_DATABASE_URL is set
 * - `*.programs.test.ts`: programs such as Postfix; only `npm run test:programs` runs them
 *
 * No test is skipped for want of a server: `npm run test:services` starts the servers or fails.
 */
export function listExcludedTests(
  { TEST_DATABASE_URL, TEST_REDIS_URL }: NodeJS.ProcessEnv = process.env,
): string[] {
  return [
    'test/**/*.programs.test.ts',
    TEST_DATABASE_URL ? 'test/**/*.embedded.{,long.}test.ts' : 'test/**/*.postgres.test.ts',
    ...(TEST_REDIS_URL ? [] : ['test/**/*.redis.test.ts']),
  ];
}
