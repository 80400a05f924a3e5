import type { XmlElement } from '@rgrove/parse-xml';
import { isArxivCategory } from '../../domain/sources/source-name.ts';
import { findChild, findChildren, readElementText } from '../xml.ts';

/**
 * The arXiv categories of an Atom or RSS entry, the primary one first. Authors also give ACM and
 * MSC classes there, which are no categories.
 */
export function readCategories(entry: XmlElement): string[] {
  const primary = findChild(entry, 'arxiv:primary_category')?.attributes.term;
  const named = findChildren(entry, 'category').map(
    (each) => each.attributes.term ?? readElementText(each),
  );
  const categories = [...(primary === undefined ? [] : [primary]), ...named];
  return [...new Set(categories.filter(isArxivCategory))].slice(0, MAX_CATEGORIES);
}

/** arXiv allows fewer; a hostile feed must not spoil the entry. */
const MAX_CATEGORIES = 20;

/**
 * Splits the comma-separated names of `dc:creator`; suffixes such as `Jr.` stay with their name.
 */
export function splitAuthorNames(creators: string): string[] {
  return creators
    .replace(/\([^()]*\)/g, ' ')
    .split(/,(?!\s*(?:Jr|Sr|II|III|IV)\b)|\s+and\s+|;/)
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Whether an abstract or a comment says that its paper was withdrawn, as arXiv, bioRxiv and
 *  authors phrase it. */
export function isWithdrawalNotice(text: string): boolean {
  return WITHDRAWAL_PATTERN.test(text);
}

const WITHDRAWAL_PATTERN =
  /^\W{0,3}(?:this|the)\s(?:arxiv\s)?(?:paper|submission|article|manuscript|work|preprint|version)\s(?:has\sbeen|is|was)\s(?:temporarily\s)?withdrawn\b|^(?:the\s)?authors?\s(?:have|has)\s(?:temporarily\s)?withdrawn\s(?:this|their|his|her|the)\b|^withdrawn\b/i;
