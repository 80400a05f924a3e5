import { createHash } from 'node:crypto';
import type { XmlElement } from '@rgrove/parse-xml';
import { findPreprintDoi, parseDoi } from '../../domain/papers/doi.ts';
import type { ListedPaper } from '../../domain/papers/paper.ts';
import { parseArxivId } from '../../domain/papers/paper-id.ts';
import { parsePaper } from '../../domain/papers/paper-input.ts';
import { isArxivCategory } from '../../domain/sources/source-name.ts';
import { cleanText } from '../../domain/text/clean-text.ts';
import { toUtcDay } from '../../domain/time/schedule.ts';
import { splitAuthorNames } from '../entry-text.ts';
import { findChild, findChildren, readChildText, readElementText, readNestedText } from '../xml.ts';

/** An entry may contain a whole article; the beginning is enough. */
const MAX_HTML_CHARS = 100_000;
const MAX_ABSTRACT_CHARS = 5_000;
const MAX_CATEGORIES = 20;

/**
 * Parses an entry of a feed. Its id is an arXiv id or a DOI where one is named, else a hash of the
 * entry's own id, so that the paper is found again.
 * @throws PaperboyError `INVALID_PAPER`.
 */
export function parseFeedEntry(
  entry: XmlElement,
  { source, day }: { source: string; day: string },
): ListedPaper {
  const text = (...names: string[]) =>
    names
      .map((name) => readChildText(entry, name))
      .find((each) => each !== undefined && each !== '');
  const link = findLink(entry);
  const ownId = text('guid', 'id') ?? link ?? entry.attributes['rdf:about'];
  const publishedOn = parseFeedDay(
    text('pubDate', 'published', 'dc:date', 'prism:publicationDate', 'updated'),
  );
  const knownId = findKnownId([text('prism:doi', 'dc:identifier'), ownId, link]);
  const isOnArxiv = knownId !== undefined && parseArxivId(knownId) !== null;
  return parsePaper(
    {
      id: knownId ?? (ownId === undefined ? undefined : hashId(ownId)),
      title: toPlainText(findChild(entry, 'title')) || undefined,
      abstract: findAbstract(entry),
      authors: findAuthors(entry),
      published_on: publishedOn ?? undefined,
      listed_on: publishedOn !== null && publishedOn < day ? publishedOn : day,
      url: isOnArxiv ? undefined : link,
      categories: findCategories(entry),
    },
    { source, today: day, isLenient: true },
  );
}

/** The first arXiv id or DOI. */
function findKnownId(candidates: readonly (string | undefined)[]): string | undefined {
  for (const candidate of candidates) {
    if (candidate === undefined) continue;
    if (parseArxivId(candidate) !== null) return candidate;
    const doi = findPreprintDoi(candidate) ?? parseDoi(candidate);
    if (doi !== null) return doi;
  }
  return undefined;
}

function hashId(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 16);
}

/** The address of an RSS item, or the alternate link of an Atom entry. */
function findLink(entry: XmlElement): string | undefined {
  const links = findChildren(entry, 'link');
  const alternate = links.find(({ attributes: { rel = 'alternate' } }) => rel === 'alternate');
  const address = alternate?.attributes.href ?? (alternate && readElementText(alternate)) ?? '';
  if (/^https?:\/\//i.test(address)) return address;
  const guid = findChild(entry, 'guid');
  const id = guid === undefined ? '' : readElementText(guid);
  return guid?.attributes.isPermaLink !== 'false' && /^https?:\/\//i.test(id) ? id : undefined;
}

/** The summary, or the content when it says more. */
function findAbstract(entry: XmlElement): string | undefined {
  const texts = ['summary', 'description', 'content:encoded', 'content', 'dc:description'].map(
    (name) => toPlainText(findChild(entry, name)),
  );
  return (
    texts.find((each) => each.length >= MIN_ABSTRACT_CHARS) ?? texts.find((each) => each !== '')
  );
}

/** A shorter summary is often only a citation or “Read more”. */
const MIN_ABSTRACT_CHARS = 120;

/** The text of an element that contains text, escaped HTML or XHTML. */
function toPlainText(element: XmlElement | undefined): string {
  if (element === undefined) return '';
  const html = readNestedText(element, MAX_HTML_CHARS).replace(SCRIPTS, ' ');
  const text = cleanText(html);
  if (text.length <= MAX_ABSTRACT_CHARS) return text;
  return `${text.slice(0, MAX_ABSTRACT_CHARS).replace(/\s+\S*$/, '')} …`;
}

/** Their content is no text. Each is closed by the next end tag, or by the end. */
const SCRIPTS = /<(script|style)\b[^>]{0,1000}>[\s\S]*?(?:<\/\1\s*>|$)/gi;

function findAuthors(entry: XmlElement): string[] {
  const names = findChildren(entry, 'author').map(
    (author) => readChildText(author, 'name') ?? toRssAuthor(readElementText(author)),
  );
  const creators = findChildren(entry, 'dc:creator').map(readElementText);
  const found = creators.length > 0 ? creators : names;
  return (found.length === 1 ? splitAuthorNames(found[0] ?? '') : found).filter(
    (name) => name !== '' && !name.includes('@'),
  );
}

/** RSS 2.0 has `editor@example.org (Ada Lovelace)`. */
function toRssAuthor(text: string): string {
  return /\(([^()]{1,200})\)\s*$/.exec(text)?.[1] ?? text;
}

/** arXiv's categories as they are; others are the feed's own words. */
function findCategories(entry: XmlElement): string[] {
  const named = ['category', 'dc:subject'].flatMap((name) =>
    findChildren(entry, name).map((each) => each.attributes.term ?? readElementText(each)),
  );
  const categories = named.map((each) => (isArxivCategory(each) ? each : cleanText(each)));
  return categories.filter((each) => each !== '' && each.length <= 100).slice(0, MAX_CATEGORIES);
}

/** The day in UTC of `2026-05-08T00:00:00-04:00` or `Fri, 08 May 2026 00:00:00 GMT`; null when it
 *  is neither. */
function parseFeedDay(moment: string | undefined): string | null {
  if (moment === undefined) return null;
  const [plainDay] = /^\d{4}-\d{2}-\d{2}$/.exec(moment) ?? [];
  const time = plainDay !== undefined || FEED_TIME.test(moment) ? Date.parse(moment) : Number.NaN;
  return Number.isNaN(time) ? null : toUtcDay(new Date(time));
}

const FEED_TIME = /^(?:\d{4}-\d{2}-\d{2}T|(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:)/;
