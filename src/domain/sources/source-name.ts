import { PaperboyError } from '../errors.ts';
import { truncateInput } from '../text/truncate.ts';

/** A parsed source name of SOURCES or `papers fetch`. */
export type SourceSpec =
  | { name: string; kind: 'hf-daily' | 'hf-weekly' | 'hf-monthly' | 'hf-trending' }
  | { name: string; kind: 'arxiv'; categories: string[] }
  | { name: string; kind: 'file'; path: string };

/** Names without parameters. */
const HF_LISTS = ['hf-daily', 'hf-weekly', 'hf-monthly', 'hf-trending'] as const;

export const EXPECTED_SOURCES =
  'hf-daily, hf-weekly, hf-monthly, hf-trending, arxiv:cs.CL+cs.LG with categories of arXiv, or file:PATH';

/** @throws PaperboyError `UNKNOWN_SOURCE`, with what was expected. */
export function parseSourceName(text: string): SourceSpec {
  const name = text.trim();
  const list = HF_LISTS.find((each) => each === name);
  if (list !== undefined) return { name, kind: list };
  if (name.startsWith('arxiv:')) return parseArxivSource(name);
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
  return SOURCE_LABELS[name] ?? name;
}

/** A source name without the path of a file, which only the operator may see. */
export function toPublicSourceName(name: string): string {
  return name.startsWith('file:') ? 'file' : name;
}

const SOURCE_LABELS: Readonly<Record<string, string>> = {
  'hf-daily': 'Daily Papers of Hugging Face',
  'hf-trending': 'Trending on Hugging Face',
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

function throwUnknownSource(message: string): never {
  throw new PaperboyError('UNKNOWN_SOURCE', `${message}.`);
}

/** An arXiv archive, or one of its subject classes (arXiv category taxonomy). */
const ARXIV_CATEGORY =
  /^(?:(?:cs|econ|eess|math|q-bio|q-fin|stat|nlin|astro-ph)(?:\.[A-Z]{2})?|(?:cond-mat|physics)(?:\.[a-z]{2,6}(?:-[a-z]{2,4})?)?|gr-qc|hep-(?:ex|lat|ph|th)|math-ph|nucl-(?:ex|th)|quant-ph)$/;
