/**
 * The DOI in `10.1101/2026.05.01.123456`, `doi:10.…` or a URL of doi.org, in lower case, or null.
 * DOIs do not differ in case (DOI Handbook §2.4), and registrants have four to nine digits.
 */
export function parseDoi(text: string): string | null {
  const name = text.trim().replace(DOI_PREFIX, '');
  return name.length <= MAX_DOI_CHARS && DOI.test(name) ? name.toLowerCase() : null;
}

const MAX_DOI_CHARS = 190;
const DOI_PREFIX = /^(?:https?:\/\/(?:dx\.)?doi\.org\/|doi:\s*)/i;
const DOI = /^10\.\d{4,9}\/[!-~]+$/;
