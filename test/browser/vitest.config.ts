import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 240_000,
    expect: { poll: { timeout: 120_000 } },
    // The first start of a newly installed browser is slow: it is read from the disk.
    hookTimeout: 240_000,
  },
});
