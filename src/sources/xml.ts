import { parseXml, XmlCdata, XmlElement, XmlText } from '@rgrove/parse-xml';
import { createUnreadableSourceError } from '../domain/sources/source-error.ts';

/** Most tags of a feed: some ten times those of 2,000 papers. A body of nothing but tags would take far
 *  more memory than it has bytes. */
const MAX_TAGS = 1_000_000;

/** The root element of a document. Entities of its own are not known, so none can swell.
 *  @throws SourceError `SOURCE_UNREADABLE` naming the place. */
export function parseXmlDocument(text: string, url: string): XmlElement {
  if (text.split('<', MAX_TAGS + 1).length > MAX_TAGS)
    throw createUnreadableSourceError(url, `expected ${MAX_TAGS} tags at the most`);
  try {
    const { root } = parseXml(text);
    if (root !== null) return root;
  } catch (error) {
    // Nesting without end exhausts the stack.
    const [reason = ''] = (error as Error).message.split('\n');
    throw createUnreadableSourceError(url, `it is no XML (${reason.slice(0, 120)})`, error);
  }
  throw createUnreadableSourceError(url, 'it is empty, expected a feed');
}

/** The elements of that name (as written, with its prefix) right below. */
export function findChildren(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter(
    (child): child is XmlElement => child instanceof XmlElement && child.name === name,
  );
}

/** The first element of that name right below; undefined when there is none. */
export function findChild(element: XmlElement, name: string): XmlElement | undefined {
  return findChildren(element, name)[0];
}

/** The text of the element of that name right below; undefined when there is none. */
export function readChildText(element: XmlElement, name: string): string | undefined {
  const child = findChild(element, name);
  if (child === undefined) return undefined;
  // Its own `text` would go down into what it holds, however deep.
  const texts = child.children.map((each) =>
    each instanceof XmlText || each instanceof XmlCdata ? each.text : '',
  );
  return texts.join('').trim();
}
