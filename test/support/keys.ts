import { createLinkTokens } from '../../src/domain/links/tokens.ts';

/** What seals links to readers, in tests. */
export const tokens = createLinkTokens(['a key for tests only']);

/** What addresses are hashed with in the list of suppressions, in tests. */
export const suppressionKey = 'a key for suppressions in tests only';
