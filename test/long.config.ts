import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { listExcludedTests } from './support/test-files.ts';

/** `npm run test:long`: tests that take many seconds each. */
export default defineConfig({
  test: {
    include: ['test/**/*.long.test.ts'],
    exclude: listExcludedTests(),
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: availableParallelism(),
    isolate: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 120_000 } },
  },
});
