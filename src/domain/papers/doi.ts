/**
 * The DOI in `10.1101/2026.05.01.123456`, `doi:10.…` or a URL of doi.org, in lower case, or null.
 * DOIs do not differ in case (DOI Handbook §2.4), and registrants have four to nine digits.
 */
export function parseDoi(text: string): string | null {
  const name = text.trim().replace(DOI_PREFIX, '');
  return name.length <= MAX_DOI_CHARS && DOI.test(name) ? name.toLowerCase() : null;
}

/** The DOI in the address of a preprint on bioRxiv or medRxiv, without the version that follows it
 *  there, or null. */
export function findPreprintDoi(text: string): string | null {
  const [, doi = ''] = PREPRINT_ADDRESS.exec(text) ?? [];
  return parseDoi(doi);
}

/** The address that leads to the paper with a DOI. */
export function formatDoiUrl(doi: string): string {
  return `https://doi.org/${encodeURI(doi)}`;
}

const PREPRINT_ADDRESS =
  /\b(?:bio|med)rxiv\.org\/content\/(?:early\/)?(10\.\d{4,9}\/[\d.]{0,40}\d)(?:v\d{1,3})?(?!\w)/i;

const MAX_DOI_CHARS = 190;
const DOI_PREFIX = /^(?:https?:\/\/(?:dx\.)?doi\.org\/|doi:\s*)/i;
const DOI = /^10\.\d{4,9}\/[!-~]+$/;
