import { requestLookup } from '../../db/library/library-lookups.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { parseOrcid } from '../../domain/library/identifiers.ts';
import { cleanText } from '../../domain/text/clean-text.ts';
import { truncateInput } from '../../domain/text/truncate.ts';
import { requireConfirmed } from '../subscribers/require-confirmed.ts';
import type { LibraryDeps } from './import-library.ts';

/** In characters. */
const MAX_NAME_CHARS = 100;

/**
 * Requests that the papers of an ORCID iD or of an author are added to a subscriber's library. A
 * job does it.
 * @throws PaperboyError `INVALID_QUERY` for neither an iD nor a full name, `LOOKUPS_OFF` where
 * nothing may be looked up, `NOT_CONFIRMED`, `UNKNOWN_TOKEN`.
 */
export async function requestNameLookup(
  { db, clock, allowsLookups }: Pick<LibraryDeps, 'db' | 'clock' | 'allowsLookups'>,
  subscriberId: number,
  text: string,
): Promise<void> {
  await requireConfirmed(db, subscriberId);
  if (!allowsLookups)
    throw new PaperboyError('LOOKUPS_OFF', 'This site looks nothing up at other sites.');
  const orcid = parseOrcid(text);
  if (orcid !== null)
    return requestLookup(db, { subscriberId, kind: 'orcid', query: orcid }, clock());
  const query = cleanText(text.slice(0, 2 * MAX_NAME_CHARS));
  if (query.length > MAX_NAME_CHARS || !FULL_NAME.test(query)) {
    const expected = 'expected an ORCID iD such as 0000-0002-1825-0097, or a full name';
    throw new PaperboyError('INVALID_QUERY', `“${truncateInput(text)}” is neither: ${expected}.`);
  }
  return requestLookup(db, { subscriberId, kind: 'author', query }, clock());
}

/** Two words at least: arXiv has thousands of papers by any “Wang”. */
const FULL_NAME = /^[\p{L}.'’-]{1,40}(?: [\p{L}.'’-]{1,40}){1,5}$/u;
