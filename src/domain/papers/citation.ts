import type { Paper } from './paper.ts';
import { parseArxivId } from './paper-id.ts';

/**
 * The paper as an entry for BibTeX. Letters stay Unicode, as biber and every BibTeX that reads UTF-8
 * take them; what TeX would act upon is escaped, and braces keep the title's capitals.
 */
export function formatBibtex(paper: Paper, url: string): string {
  const arxiv = parseArxivId(paper.id);
  const fields = [
    ['title', `{${escapeTex(paper.title)}}`],
    ['author', paper.authors.map(escapeTexName).join(' and ')],
    ['institution', escapeTex(paper.organization ?? '')],
    ['year', yearOf(paper)],
    ['month', monthOf(paper)],
    ['eprint', arxiv ?? ''],
    ['archiveprefix', arxiv === null ? '' : 'arXiv'],
    ['url', escapeUrl(url)],
    ['abstract', escapeTex(paper.abstract)],
  ].filter(([, value]) => value !== '');
  const lines = fields.map(([name, value]) => `  ${name} = {${value}},`);
  return `@misc{${citationKeyOf(paper)},\n${lines.join('\n')}\n}\n`;
}

/** The paper as a record of RIS: one tag and value a line, ended by CRLF, `ER` last. */
export function formatRis(paper: Paper, url: string): string {
  const tags = [
    ['TY', 'UNPB'],
    ['ID', paper.id],
    ['TI', paper.title],
    ...paper.authors.map((name) => ['AU', toFamilyNameFirst(name)]),
    ['PB', paper.organization ?? ''],
    ['PY', yearOf(paper)],
    ['DA', paper.publishedOn === null ? '' : `${paper.publishedOn.replaceAll('-', '/')}/`],
    ['AB', paper.abstract],
    ['UR', url],
  ].filter(([, value]) => value !== '');
  return `${[...tags, ['ER', '']].map(([tag, value = '']) => `${tag}  - ${collapseWhitespace(value)}`).join('\r\n')}\r\n`;
}

/** A name of a file for the paper's reference: the slash of an old arXiv id is none in a file's name. */
export function citationFileName(id: string, extension: string): string {
  return `${id.replace(/[^\w.-]+/g, '-')}.${extension}`;
}

/** `lovelace2026engine`, or the paper's id when its authors are not named. */
function citationKeyOf(paper: Paper): string {
  const family = toFamilyNameFirst(paper.authors[0] ?? '').split(',')[0] ?? '';
  const word = paper.title.split(/\s+/).find((each) => toAsciiLetters(each).length > 3) ?? '';
  const key = family === '' ? '' : toAsciiLetters(family) + yearOf(paper) + toAsciiLetters(word);
  return key === '' || /^\d/.test(key) ? paper.id.replace(/[^\w.:/-]+/g, '-') : key;
}

/** Letters and digits of ASCII, accents taken off. */
function toAsciiLetters(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '')
    .toLowerCase();
}

/** Small words before the last one belong to the family's name: `Ludwig van Beethoven`. */
function toFamilyNameFirst(name: string): string {
  const words = collapseWhitespace(name).split(' ');
  if (name.includes(',') || words.length < 2) return collapseWhitespace(name);
  let start = words.length - 1;
  while (start > 1 && /^\p{Ll}/u.test(words[start - 1] ?? '')) start -= 1;
  return `${words.slice(start).join(' ')}, ${words.slice(0, start).join(' ')}`;
}

/** A name that BibTeX would take apart stays whole in braces. */
function escapeTexName(name: string): string {
  return / and |,/i.test(name) ? `{${escapeTex(name)}}` : escapeTex(name);
}

const TEX_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '#': '\\#',
  '%': '\\%',
  _: '\\_',
  '^': '\\textasciicircum{}',
  '~': '\\textasciitilde{}',
};

function escapeTex(text: string): string {
  return collapseWhitespace(text).replace(
    /[\\{}$&#%_^~]/g,
    (character) => TEX_ESCAPES[character] ?? character,
  );
}

/** An address is not set as text: only what would end the field must go. */
function escapeUrl(url: string): string {
  return url.replace(/[\\{}\s]/g, encodeURIComponent);
}

function collapseWhitespace(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function yearOf({ publishedOn }: Paper): string {
  return publishedOn?.slice(0, 4) ?? '';
}

function monthOf({ publishedOn }: Paper): string {
  return publishedOn === null ? '' : String(Number(publishedOn.slice(5, 7)));
}
