import { PaperboyError } from '../errors.ts';
import { truncateInput } from '../text/truncate.ts';
import { BIORXIV_CATEGORIES, type BiorxivServer } from './biorxiv-categories.ts';

/** A parsed source name of SOURCES or `papers fetch`. */
export type SourceSpec =
  | { name: string; kind: 'hf-daily' | 'hf-weekly' | 'hf-monthly' | 'hf-trending' }
  | { name: string; kind: 'arxiv'; categories: string[] }
  | { name: string; kind: 'biorxiv'; server: BiorxivServer; categories: string[] }
  | { name: string; kind: 'rss'; url: string }
  | { name: string; kind: 'file'; path: string };

/** Names without parameters. */
const HF_LISTS = ['hf-daily', 'hf-weekly', 'hf-monthly', 'hf-trending'] as const;

export const EXPECTED_SOURCES =
  'hf-daily, hf-weekly, hf-monthly, hf-trending, arxiv:cs.CL+cs.LG, biorxiv, medrxiv, rss:URL or file:PATH';

/** @throws PaperboyError `UNKNOWN_SOURCE`, with what was expected. */
export function parseSourceName(text: string): SourceSpec {
  const name = text.trim();
  const list = HF_LISTS.find((each) => each === name);
  if (list !== undefined) return { name, kind: list };
  if (name.startsWith('arxiv:')) return parseArxivSource(name);
  const [server = ''] = name.split(':', 1);
  if (server === 'biorxiv' || server === 'medrxiv') return parseBiorxivSource(name, server);
  if (name.startsWith('rss:')) return parseFeedSource(name);
  const path = name.startsWith('file:') ? name.slice('file:'.length) : '';
  if (path !== '') return { name, kind: 'file', path };
  return throwUnknownSource(
    `“${truncateInput(name)}” is not a source: expected ${EXPECTED_SOURCES}`,
  );
}

/**
 * Parses a comma-separated list; `none` means no source. @throws PaperboyError `UNKNOWN_SOURCE`.
 */
export function parseSourceNames(text: string): SourceSpec[] {
  if (text.trim() === 'none') return [];
  const names = text.split(',').map(parseSourceName);
  const duplicate = names.find(
    ({ name }, index) => names.findIndex((n) => n.name === name) !== index,
  );
  if (duplicate !== undefined)
    throwUnknownSource(
      `“${truncateInput(duplicate.name)}” is listed twice: expected each source once`,
    );
  return names;
}

/** The display name of a source: `arXiv (cs.CL, cs.LG)`. An unknown name is returned as it is. */
export function describeSource(name: string): string {
  if (name.startsWith('arxiv:'))
    return `arXiv (${name.slice('arxiv:'.length).replaceAll('+', ', ')})`;
  const [server = '', categories] = name.split(':', 2);
  if (server === 'biorxiv' || server === 'medrxiv') {
    const label = SOURCE_LABELS[server] ?? server;
    return categories === undefined ? label : `${label} (${categories.replaceAll('+', ', ')})`;
  }
  if (server === 'rss') return toPublicSourceName(name).slice('rss:'.length);
  return SOURCE_LABELS[name] ?? name;
}

/** A source name without what only the operator may see: the path of a file, and the address of a
 *  feed after its host, which may contain a key. */
export function toPublicSourceName(name: string): string {
  if (name.startsWith('file:')) return 'file';
  const url = name.startsWith('rss:') ? name.slice('rss:'.length) : '';
  return URL.canParse(url) ? `rss:${new URL(url).hostname}` : name;
}

const SOURCE_LABELS: Readonly<Record<string, string>> = {
  'hf-daily': 'Daily Papers of Hugging Face',
  'hf-trending': 'Trending on Hugging Face',
  biorxiv: 'bioRxiv',
  medrxiv: 'medRxiv',
  file: 'An imported file',
};

/** Whether a text has the form of an arXiv archive or category: `cs.CL`, `hep-th`. */
export function isArxivCategory(text: string): boolean {
  return ARXIV_CATEGORY.test(text);
}

function parseArxivSource(name: string): SourceSpec {
  const categories = name.slice('arxiv:'.length).split('+');
  const invalidCategory = categories.find((category) => !isArxivCategory(category));
  if (invalidCategory !== undefined)
    throwUnknownSource(
      `“${truncateInput(invalidCategory)}” in “${truncateInput(name)}” is not an arXiv category: expected categories such as cs.CL or stat.ML, joined by +`,
    );
  const duplicate = categories.find((category, index) => categories.indexOf(category) !== index);
  if (duplicate !== undefined)
    throwUnknownSource(`“${duplicate}” is listed twice in “${truncateInput(name)}”`);
  return { name, kind: 'arxiv', categories };
}

function parseBiorxivSource(name: string, server: BiorxivServer): SourceSpec {
  if (name === server) return { name, kind: 'biorxiv', server, categories: [] };
  const known = BIORXIV_CATEGORIES[server];
  const categories = name.slice(server.length + 1).split('+');
  const unknown = categories.find((category) => !known.includes(category));
  if (unknown !== undefined)
    throwUnknownSource(
      `“${truncateInput(unknown)}” in “${truncateInput(name)}” is not a category of ${SOURCE_LABELS[server]}: expected some of ${known.join(', ')}, joined by +`,
    );
  const duplicate = categories.find((category, index) => categories.indexOf(category) !== index);
  if (duplicate !== undefined)
    throwUnknownSource(`“${duplicate}” is listed twice in “${truncateInput(name)}”`);
  return { name, kind: 'biorxiv', server, categories };
}

/** The longest address that a validator of the feed is stored with. */
const MAX_FEED_URL_CHARS = 1000;

function parseFeedSource(name: string): SourceSpec {
  const url = name.slice('rss:'.length);
  const isWeb = /^https?:\/\//i.test(url) && URL.canParse(url) && url.length <= MAX_FEED_URL_CHARS;
  if (!isWeb)
    throwUnknownSource(
      `“${truncateInput(url)}” in “${truncateInput(name)}” is not the address of a feed: expected one such as https://example.org/feed.xml, with %2C for a comma`,
    );
  const { username, password } = new URL(url);
  if (username !== '' || password !== '')
    throwUnknownSource(
      `The address of a feed at “${new URL(url).hostname}” contains a password: expected one without`,
    );
  return { name, kind: 'rss', url };
}

function throwUnknownSource(message: string): never {
  throw new PaperboyError('UNKNOWN_SOURCE', `${message}.`);
}

/** An arXiv archive, or one of its subject classes (arXiv category taxonomy). */
const ARXIV_CATEGORY =
  /^(?:(?:cs|econ|eess|math|q-bio|q-fin|stat|nlin|astro-ph)(?:\.[A-Z]{2})?|(?:cond-mat|physics)(?:\.[a-z]{2,6}(?:-[a-z]{2,4})?)?|gr-qc|hep-(?:ex|lat|ph|th)|math-ph|nucl-(?:ex|th)|quant-ph)$/;
