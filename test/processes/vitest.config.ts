import { defineConfig } from 'vitest/config';
import { listExcludedTests } from '../support/test-files.ts';

/** Tests that start Paperboy processes, two files at a time: each process with an embedded database
 *  takes up to 900 MB while it starts. */
export default defineConfig({
  test: {
    include: ['test/processes/**/*.test.ts'],
    exclude: listExcludedTests(),
    globalSetup: ['test/processes/support/build.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 120_000 } },
  },
});
