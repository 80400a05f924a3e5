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
