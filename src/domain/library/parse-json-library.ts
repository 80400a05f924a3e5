import type { ParsedEntry } from './library-entry.ts';

/**
 * Yields the items of CSL-JSON, Better BibTeX JSON, or the JSON of Zotero's and Mendeley's APIs.
 * Attachments and notes are left out. A text that is not JSON is one unreadable entry.
 */
export function* parseJsonLibrary(text: string): Generator<ParsedEntry> {
  const value = parseShallowJson(text);
  if (value === undefined) yield 'unreadable';
  for (const item of listItems(value)) {
    if (!isObject(item)) {
      yield 'unreadable';
      continue;
    }
    const fields = isObject(item.data) ? item.data : item;
    if (!IGNORED_TYPES.has(readText(fields.itemType))) yield toRawEntry(fields);
  }
}

/** The value of a JSON text; undefined for other texts, and for one nested too deeply, which takes
 *  long to parse. */
function parseShallowJson(text: string): unknown {
  if (isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Deeper than the JSON of any program. */
const MAX_DEPTH = 50;

function isTooDeep(text: string): boolean {
  let depth = 0;
  let isInText = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) isInText = !isInText;
    else if (isInText) at += code === BACKSLASH ? 1 : 0;
    else if (code === OPENING_BRACKET || code === OPENING_BRACE) depth += 1;
    else if (code === CLOSING_BRACKET || code === CLOSING_BRACE) depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

const QUOTE = 34;
const BACKSLASH = 92;
const OPENING_BRACKET = 91;
const CLOSING_BRACKET = 93;
const OPENING_BRACE = 123;
const CLOSING_BRACE = 125;

const IGNORED_TYPES: ReadonlySet<string> = new Set(['attachment', 'note', 'annotation']);

function listItems(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return [];
  const list = [value.items, value.references, value.papers].find(Array.isArray);
  return list ?? [value];
}

function toRawEntry(fields: Record<string, unknown>): ParsedEntry {
  const identifiers = isObject(fields.identifiers) ? fields.identifiers : {};
  const firstText = (...values: unknown[]) =>
    values.map(readText).find((text) => text !== '') ?? '';
  return {
    title: firstText(fields.title),
    abstract: firstText(fields.abstract, fields.abstractNote),
    doi: firstText(fields.DOI, fields.doi, identifiers.doi),
    mentions: [
      identifiers.arxiv,
      fields.arxivId,
      fields.arxiv_id,
      fields.archiveID,
      fields.archive_location,
      fields.number,
      fields.URL,
      fields.url,
      fields.extra,
      fields.note,
      fields['container-title'],
      fields.publicationTitle,
      fields.id,
    ]
      .map(readText)
      .filter((text) => text !== ''),
  };
}

/** A text, or the first one of a list, as Crossref writes titles. */
function readText(value: unknown): string {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
