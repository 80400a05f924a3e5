import { parseXml, XmlCdata, XmlElement, XmlText } from '@rgrove/parse-xml';
import { unreadable } from '../domain/source-error.ts';

/** Most tags of a feed: some ten times those of 2,000 papers. A body of nothing but tags would take far
 *  more memory than it has bytes. */
const MOST_TAGS = 1_000_000;

/** The root element of a document. Entities of its own are not known, so none can swell.
 *  @throws SourceError `SOURCE_UNREADABLE` naming the place. */
export function readXml(text: string, url: string): XmlElement {
  if (text.split('<', MOST_TAGS + 1).length > MOST_TAGS)
    throw unreadable(url, `expected ${MOST_TAGS} tags at the most`);
  try {
    const { root } = parseXml(text);
    if (root !== null) return root;
  } catch (error) {
    // Nesting without end exhausts the stack.
    const [reason = ''] = (error as Error).message.split('\n');
    throw unreadable(url, `it is no XML (${reason.slice(0, 120)})`, error);
  }
  throw unreadable(url, 'it is empty, expected a feed');
}

/** The elements of that name (as written, with its prefix) right below. */
export function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter(
    (child): child is XmlElement => child instanceof XmlElement && child.name === name,
  );
}

/** The first element of that name right below; undefined when there is none. */
export function childOf(element: XmlElement, name: string): XmlElement | undefined {
  return childrenOf(element, name)[0];
}

/** The text of the element of that name right below; undefined when there is none. */
export function textIn(element: XmlElement, name: string): string | undefined {
  const child = childOf(element, name);
  if (child === undefined) return undefined;
  // Its own `text` would go down into what it holds, however deep.
  const parts = child.children.map((each) =>
    each instanceof XmlText || each instanceof XmlCdata ? each.text : '',
  );
  return parts.join('').trim();
}
