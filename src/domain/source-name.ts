import { PaperboyError } from './errors.ts';

/** A source as SOURCES and `papers fetch` name it. */
export type SourceName =
  | { name: string; kind: 'hf-daily' | 'hf-weekly' | 'hf-monthly' | 'hf-trending' }
  | { name: string; kind: 'arxiv'; categories: string[] }
  | { name: string; kind: 'file'; path: string };

/** Names that stand by themselves. */
const HF_LISTS = ['hf-daily', 'hf-weekly', 'hf-monthly', 'hf-trending'] as const;

export const SOURCES_EXPECTED =
  'hf-daily, hf-weekly, hf-monthly, hf-trending, arxiv:cs.CL+cs.LG with categories of arXiv, or file:PATH';

/** The source of that name. @throws PaperboyError `UNKNOWN_SOURCE`, with what was expected. */
export function readSourceName(text: string): SourceName {
  const name = text.trim();
  const list = HF_LISTS.find((each) => each === name);
  if (list !== undefined) return { name, kind: list };
  if (name.startsWith('arxiv:')) return readArxiv(name);
  const path = name.startsWith('file:') ? name.slice('file:'.length) : '';
  if (path !== '') return { name, kind: 'file', path };
  return refuse(`“${shorten(name)}” is no source: expected ${SOURCES_EXPECTED}`);
}

/** The sources of a list that commas part; `none` is the empty one. @throws PaperboyError `UNKNOWN_SOURCE`. */
export function readSourceNames(text: string): SourceName[] {
  if (text.trim() === 'none') return [];
  const names = text.split(',').map(readSourceName);
  const twice = names.find(({ name }, place) => names.findIndex((n) => n.name === name) !== place);
  if (twice !== undefined)
    refuse(`“${shorten(twice.name)}” comes twice: expected each source once`);
  return names;
}

/** A source for people: `arXiv (cs.CL, cs.LG)`; a name that is none comes back as it is. */
export function describeSource(name: string): string {
  if (name.startsWith('arxiv:'))
    return `arXiv (${name.slice('arxiv:'.length).replaceAll('+', ', ')})`;
  return WORDS_OF_SOURCE[name] ?? name;
}

/** A source as anyone may know it: where files lie on this machine is the operator's own business. */
export function publicSourceName(name: string): string {
  return name.startsWith('file:') ? 'file' : name;
}

const WORDS_OF_SOURCE: Readonly<Record<string, string>> = {
  'hf-daily': 'Daily Papers of Hugging Face',
  'hf-trending': 'Trending on Hugging Face',
  file: 'A file',
};

function readArxiv(name: string): SourceName {
  const categories = name.slice('arxiv:'.length).split('+');
  const wrong = categories.find((category) => !CATEGORY.test(category));
  if (wrong !== undefined)
    refuse(
      `“${shorten(wrong)}” in “${shorten(name)}” is no category of arXiv: expected some such as cs.CL or stat.ML, parted by +`,
    );
  const twice = categories.find((category, place) => categories.indexOf(category) !== place);
  if (twice !== undefined) refuse(`“${twice}” comes twice in “${shorten(name)}”`);
  return { name, kind: 'arxiv', categories };
}

function shorten(text: string): string {
  const shown = text.replace(/\p{Cc}+/gu, ' ');
  return shown.length > 60 ? `${shown.slice(0, 57)}…` : shown;
}

function refuse(message: string): never {
  throw new PaperboyError('UNKNOWN_SOURCE', `${message}.`);
}

/** An archive of arXiv, whole or one of its classes (arXiv's category taxonomy). */
const CATEGORY =
  /^(?:(?:cs|econ|eess|math|q-bio|q-fin|stat|nlin|astro-ph)(?:\.[A-Z]{2})?|(?:cond-mat|physics)(?:\.[a-z]{2,6}(?:-[a-z]{2,4})?)?|gr-qc|hep-(?:ex|lat|ph|th)|math-ph|nucl-(?:ex|th)|quant-ph)$/;
