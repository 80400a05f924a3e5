import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { listExcludedTests } from './test/support/test-files.ts';

const WITHOUT_DATABASE = [
  'test/{architecture,log}.test.ts',
  'test/simulation/{*,world/**/*}.test.ts',
  'test/{chaos,control,copy,domain,inbox,mail,mutants,project,seeds,settings,sources,support}/**/*.test.ts',
  'test/relay/**/!(*.redis|*.programs).test.ts',
  'test/bench/{*,environment/*,pages/*,profile/*,subscribers/*}.test.ts',
  'test/bench/relevance/{ranking-trials,rfc-readers,topic-precision}.test.ts',
  'test/services/deliveries/{advance-window,in-flight-window,relay-changes}.test.ts',
  'test/services/library/read-library.test.ts',
  'test/http/{atom-feed,conditional-response,form-body,network}.test.ts',
  'test/http/robots/**/*.test.ts',
  'test/http/pages/**/*.test.ts',
];

export default defineConfig({
  test: {
    pool: 'forks',
    // By default Vitest reserves one core for its main process, which is half of two.
    maxWorkers: availableParallelism(),
    // Test files share processes and loaded modules: loading them for each file took more than a
    // third of the time.
    isolate: false,
    // Catches hanging tests, not slow ones: some open PGlite three times on busy machines.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // One second by default, in which a busy machine may do nothing.
    expect: { poll: { timeout: 120_000 } },
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
