import { findPreprintDoi, parseDoi } from '../papers/doi.ts';
import { parseArxivId } from '../papers/paper-id.ts';

/**
 * The first arXiv id in a text, without its version, or null: the whole text (`2401.01234v2`), a
 * URL of arxiv.org, `arXiv:2401.01234 [cs.CL]`, or arXiv's own DOI (`10.48550/arXiv.2401.01234`).
 */
export function findArxivId(text: string): string | null {
  const whole = parseArxivId(text);
  if (whole !== null) return whole;
  for (const [, id = ''] of text.matchAll(ARXIV_MENTION)) {
    const found = parseArxivId(id);
    if (found !== null) return found;
  }
  return null;
}

/** The first DOI in a text, in lower case, or null. */
export function findDoi(text: string): string | null {
  const [found = ''] = DOI.exec(text) ?? [];
  return findPreprintDoi(text) ?? parseDoi(found.replace(TRAILING_PUNCTUATION, ''));
}

/**
 * The ORCID iD in a text or URL, as `0000-0002-1825-0097`, or null. Its last character is a check
 * digit (ISO 7064 MOD 11-2; ORCID, “Structure of the ORCID identifier”).
 */
export function parseOrcid(text: string): string | null {
  const [, digits = ''] = ORCID.exec(text.trim()) ?? [];
  const compact = digits.replaceAll('-', '').toUpperCase();
  if (compact.length !== ORCID_CHARS || computeCheckDigit(compact) !== compact.at(-1)) return null;
  return compact.replace(/(.{4})(?=.)/g, '$1-');
}

function computeCheckDigit(compact: string): string {
  const total = [...compact.slice(0, -1)].reduce((sum, digit) => (sum + Number(digit)) * 2, 0);
  const result = (12 - (total % 11)) % 11;
  return result === 10 ? 'X' : String(result);
}

const ARXIV_MENTION =
  /arxiv(?:\.org\/[a-z-]{2,7}\/|[:.]\s?|\s(?:preprint\s)?(?:arxiv:\s?)?)((?:[a-z-]{2,10}(?:\.[A-Z]{2})?\/\d{7}|\d{4}\.\d{4,5})(?:v\d{1,3})?)/gi;

/** A registrant's prefix and any suffix (DOI Handbook §2.2). */
const DOI = /\b10\.\d{4,9}\/[^\s"<>{}|\\^`]{1,400}/;
const TRAILING_PUNCTUATION = /[.,;:)\]'”’]+$/;

const ORCID =
  /^(?:https?:\/\/)?(?:www\.)?(?:orcid\.org\/|orcid(?: id)?:?\s*)?((?:\d{4}-?){3}\d{3}[\dX])\/?$/i;
const ORCID_CHARS = 16;
