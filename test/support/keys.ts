import { createTokens } from '../../src/domain/tokens.ts';

/** What seals links to readers, in tests. */
export const tokens = createTokens(['a key for tests only']);

/** What addresses are hashed with in the list of suppressions, in tests. */
export const suppressionKey = 'a key for suppressions in tests only';
