import { parseXml, XmlCdata, XmlElement, XmlText } from '@rgrove/parse-xml';
import { createUnreadableSourceError } from '../domain/sources/source-error.ts';

/** About ten times the tags of 2,000 papers. A body that is nothing but tags would need far more
 *  memory than it has bytes. */
const MAX_TAGS = 1_000_000;

/** Parses a document and returns its root element. Custom entities are not expanded, so they cannot
 *  blow up memory. @throws SourceError `SOURCE_UNREADABLE`, with the line of a syntax error. */
export function parseXmlDocument(text: string, url: string): XmlElement {
  if (text.split('<', MAX_TAGS + 1).length > MAX_TAGS)
    throw createUnreadableSourceError(url, `it has more than ${MAX_TAGS} tags`);
  try {
    const { root } = parseXml(text);
    if (root !== null) return root;
  } catch (error) {
    // A RangeError, when deep nesting exhausts the stack, is handled like any other.
    const [reason = ''] = (error as Error).message.split('\n');
    throw createUnreadableSourceError(url, `it is not XML (${reason.slice(0, 120)})`, error);
  }
  throw createUnreadableSourceError(url, 'it is empty, expected a feed');
}

/** The child elements with a name, which includes its prefix. */
export function findChildren(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter(
    (child): child is XmlElement => child instanceof XmlElement && child.name === name,
  );
}

/** The first child element with a name; undefined when there is none. */
export function findChild(element: XmlElement, name: string): XmlElement | undefined {
  return findChildren(element, name)[0];
}

/** The text of the first child element with a name; undefined when there is none. */
export function readChildText(element: XmlElement, name: string): string | undefined {
  const child = findChild(element, name);
  return child && readElementText(child);
}

/** The text of an element, without that of its children. */
export function readElementText(element: XmlElement): string {
  // `element.text` would recurse, and deep nesting could exhaust the stack.
  const texts = element.children.map((each) =>
    each instanceof XmlText || each instanceof XmlCdata ? each.text : '',
  );
  return texts.join('').trim();
}

/** The text of an element and of those in it, up to about `maxChars`. */
export function readNestedText(element: XmlElement, maxChars: number): string {
  const texts: string[] = [];
  let length = 0;
  // A stack of our own: deep nesting could exhaust that of the program.
  const rest = [...element.children].reverse();
  while (rest.length > 0 && length < maxChars) {
    const child = rest.pop();
    if (child instanceof XmlElement) {
      texts.push(' ');
      rest.push(...[...child.children].reverse());
    } else if (child instanceof XmlText || child instanceof XmlCdata) {
      texts.push(child.text);
      length += child.text.length;
    }
  }
  return texts.join('').slice(0, maxChars).trim();
}
