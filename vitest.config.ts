import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { listExcludedTests } from './test/support/test-files.ts';

const WITHOUT_DATABASE = [
  'test/{architecture,log}.test.ts',
  'test/{chaos,control,domain,inbox,mail,project,seeds,settings,sources,support}/**/*.test.ts',
  'test/bench/{*,pages/*}.test.ts',
  'test/http/{atom-feed,conditional-response,form-body,network}.test.ts',
  'test/http/robots/**/*.test.ts',
  'test/http/pages/**/*.test.ts',
];

export default defineConfig({
  test: {
    pool: 'forks',
    // Left to itself, Vitest keeps one core for what it hardly does: of two, half.
    maxWorkers: availableParallelism(),
    // Files share the processes they run in, and with them the modules: to load those for each file
    // took more than a third of the time.
    isolate: false,
    // For what hangs, not for what is slow: some tests open PGlite thrice, on machines that are busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: 'plain', include: WITHOUT_DATABASE, exclude: listExcludedTests() },
      },
      {
        extends: true,
        test: {
          name: 'database',
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/{browser,processes}/**',
            'test/**/*.long.test.ts',
            ...WITHOUT_DATABASE,
            ...listExcludedTests(),
          ],
          globalSetup: ['test/support/global-setup.ts'],
        },
      },
    ],
  },
});
