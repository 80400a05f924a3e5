import { createLinkTokens } from '../../src/domain/links/tokens.ts';

/** Seals the links of tests. */
export const tokens = createLinkTokens(['a key for tests only']);

/** Key for the hashes of suppressed addresses in tests. */
export const suppressionKey = 'a key for suppressions in tests only';
