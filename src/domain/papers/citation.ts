import { parseDoi } from './doi.ts';
import { toFamilyName } from './family-name.ts';
import type { Paper } from './paper.ts';
import { parseArxivId } from './paper-id.ts';

/**
 * The paper as a BibTeX entry. Letters stay Unicode, which biber and BibTeX with UTF-8 accept;
 * TeX's special characters are escaped, and braces keep the title's capitals.
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
    ['doi', escapeTex(paper.details.doi ?? parseDoi(paper.id) ?? '')],
    ['url', escapeUrl(url)],
    ['abstract', escapeTex(paper.abstract)],
  ].filter(([, value]) => value !== '');
  const lines = fields.map(([name, value]) => `  ${name} = {${value}},`);
  return `@misc{${citationKeyOf(paper)},\n${lines.join('\n')}\n}\n`;
}

/** The paper as an RIS record: one tag and value per line, CRLF, `ER` last. */
export function formatRis(paper: Paper, url: string): string {
  const tags = [
    ['TY', 'UNPB'],
    ['ID', paper.id],
    ['TI', paper.title],
    ...paper.authors.map((name) => ['AU', toFamilyNameFirst(name)]),
    ['DO', paper.details.doi ?? parseDoi(paper.id) ?? ''],
    ['PB', paper.organization ?? ''],
    ['PY', yearOf(paper)],
    ['DA', paper.publishedOn === null ? '' : `${paper.publishedOn.replaceAll('-', '/')}/`],
    ['AB', paper.abstract],
    ['UR', url],
  ].filter(([, value]) => value !== '');
  return `${[...tags, ['ER', '']].map(([tag, value = '']) => `${tag}  - ${collapseWhitespace(value)}`).join('\r\n')}\r\n`;
}

/** The file name of a paper's reference. The slash of an old arXiv id is replaced. */
export function citationFileName(id: string, extension: string): string {
  return `${id.replace(/[^\w.-]+/g, '-')}.${extension}`;
}

/** `lovelace2026engine`, or the paper's id if its authors are unknown. */
function citationKeyOf(paper: Paper): string {
  const family = toFamilyName(paper.authors[0] ?? '');
  const word = paper.title.split(/\s+/).find((each) => toAsciiLetters(each).length > 3) ?? '';
  const key = family === '' ? '' : toAsciiLetters(family) + yearOf(paper) + toAsciiLetters(word);
  return key === '' || /^\d/.test(key) ? paper.id.replace(/[^\w.:/-]+/g, '-') : key;
}

/** ASCII letters and digits, without accents. */
function toAsciiLetters(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '')
    .toLowerCase();
}

/** `van Beethoven, Ludwig` of `Ludwig van Beethoven`, `King, Martin, Jr.` of `Martin King Jr.`; a
 *  group as it is. */
function toFamilyNameFirst(name: string): string {
  const whole = collapseWhitespace(name);
  const family = toFamilyName(whole);
  const start = whole.lastIndexOf(family);
  if (whole.includes(',') || start < 1) return whole;
  const parts = [family, whole.slice(0, start), whole.slice(start + family.length)];
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join(', ');
}

/** Braces keep a name whole that BibTeX would split. */
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

/** A URL is not typeset: only the characters that would end the field are encoded. */
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
