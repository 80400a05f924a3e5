import { defineConfig } from 'vitest/config';

/**
 * Tests against programs that share no code with ours: `npm run test:programs`. They need Postfix
 * and root, which Postfix asks for; a Python with dkimpy (Debian: python3-dkim); and
 * systemd-analyze.
 */
export default defineConfig({
  test: {
    include: ['test/**/*.programs.test.ts'],
    pool: 'forks',
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 120_000 } },
  },
});
