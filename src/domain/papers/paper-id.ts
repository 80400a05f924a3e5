import { createHash } from 'node:crypto';
import { cleanText } from '../text/clean-text.ts';
import { parseDoi } from './doi.ts';

/**
 * The id of a paper: its arXiv id without the version; its DOI (`doi:10.1101/2026.05.01.12`);
 * any other given id after its source (`acl:2024.1`); without an id, the source and a hash of the
 * normalised title, so that importing the paper twice gives the same id.
 */
export function derivePaperId(paper: {
  source: string;
  id?: string | undefined;
  title: string;
}): string {
  const given = paper.id?.trim() ?? '';
  if (given === '') return `${paper.source}:${hashTitle(paper.title)}`;
  const doi = parseDoi(given);
  const arxivId = parseArxivId(doi?.replace(ARXIV_DOI, '') ?? given);
  if (arxivId !== null) return arxivId;
  return doi === null ? prefixWithSource(paper.source, given) : `doi:${doi}`;
}

/**
 * The arXiv id, without its version, in `2401.01234v2`, `arXiv:2401.01234` or a URL of arxiv.org,
 * or null. Ids have four digits before January 2015 and five since; older ones start with their
 * archive: `hep-ex/0307015`, `math.GT/0309136` (arXiv, "Understanding the arXiv identifier").
 */
export function parseArxivId(text: string): string | null {
  const withoutPrefix = text.trim().replace(ARXIV_ADDRESS, '').replace(ARXIV_PREFIX, '');
  const match = NEW_ID.exec(withoutPrefix) ?? OLD_ID.exec(withoutPrefix);
  const [, id] = match ?? [];
  return id !== undefined && isPossibleDate(id) ? id : null;
}

/** The digits start with year and month. Numbers have five digits since January 2015. */
function isPossibleDate(id: string): boolean {
  const archiveEnd = id.indexOf('/') + 1;
  const year = Number(id.slice(archiveEnd, archiveEnd + 2));
  const month = Number(id.slice(archiveEnd + 2, archiveEnd + 4));
  if (month < 1 || month > 12) return false;
  const yearAndMonth = year * 100 + month;
  if (archiveEnd > 0) return yearAndMonth >= FIRST_OLD_ID || yearAndMonth < FIRST_NEW_ID;
  const digits = id.length - id.indexOf('.') - 1;
  return yearAndMonth >= FIRST_NEW_ID && digits === (yearAndMonth < FIRST_FIVE_DIGITS ? 4 : 5);
}

function prefixWithSource(source: string, id: string): string {
  return id.startsWith(`${source}:`) ? id : `${source}:${id}`;
}

function hashTitle(title: string): string {
  return createHash('sha256').update(normaliseTitle(title)).digest('hex').slice(0, HASH_CHARS);
}

/**
 * Letters and digits only. A title without any stays unchanged, or all such papers would be one.
 */
export function normaliseTitle(title: string): string {
  const text = cleanText(title).toLowerCase();
  return text.replace(/[^\p{L}\p{N}]+/gu, '') || text;
}

/** DataCite registers arXiv's papers under this prefix. */
const ARXIV_DOI = /^10\.48550\/arxiv\./;

const HASH_CHARS = 16;

const ARXIV_ADDRESS =
  /^(?:https?:\/\/)?(?:[a-z]{1,10}\.)?arxiv\.org\/(?:abs|pdf|html|format|ps|e-print)\//i;
const ARXIV_PREFIX = /^(?:oai:arxiv\.org:|arxiv:\s*)/i;
const ENDING = String.raw`(?:v[1-9]\d{0,3})?(?:\.pdf)?\/?(?:[?#]\S*)?$`;
const NEW_ID = new RegExp(String.raw`^(\d{4}\.\d{4,5})${ENDING}`, 'i');
const OLD_ID = new RegExp(String.raw`^([a-z]{2,8}(?:-[a-z]{2,4})?(?:\.[A-Z]{2})?\/\d{7})${ENDING}`);

/**
 * As YYMM: arXiv started in August 1991, changed its numbering in April 2007, and has used five
 * digits since January 2015.
 */
const FIRST_OLD_ID = 9108;
const FIRST_NEW_ID = 704;
const FIRST_FIVE_DIGITS = 1501;
