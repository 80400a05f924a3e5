import { convertTex } from './tex.ts';

/**
 * Turns a source's text into one readable line: NFC, without markup, TeX, control characters,
 * invisible and text-direction characters. Idempotent. Not a substitute for escaping: `a < b` keeps
 * its sign. Linear in the length.
 */
export function cleanText(raw: string): string {
  // Without markup nothing is left to nest, so the second attempt settles.
  return cleanUntilStable(raw) ?? cleanUntilStable(raw.replace(MARKUP_CHARACTERS, ' ')) ?? '';
}

/** The text once a round changes nothing; null for text nested deeper than any honest author's. */
function cleanUntilStable(raw: string): string | null {
  let text = raw;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const next = CLEANING_STEPS.reduce((partial, step) => step(partial), text);
    if (next === text) return text;
    text = next;
  }
  return null;
}

/**
 * The steps of one round, in order: later steps rely on earlier ones. Most texts need few of them,
 * and looking for a step's characters costs a fraction of the step.
 */
const CLEANING_STEPS: readonly ((text: string) => string)[] = [
  applyIf(/[^\x20-\x7e]/, dropInvisible),
  applyIf(/&/, decodeEntities),
  applyIf(/</, dropTags),
  dropArxivPreamble,
  convertTex,
  applyIf(/\.[A-Z]/, restoreSpaces),
  applyIf(/--/, setDashes),
  (text) => text.normalize('NFC').replace(/\s+/gu, ' ').trim(),
];

function applyIf(pattern: RegExp, step: (text: string) => string): (text: string) => string {
  return (text) => (pattern.test(text) ? step(text) : text);
}

function dropInvisible(text: string): string {
  return text
    .replace(/[\s\u0085]+/gu, ' ')
    .replace(INVISIBLE, '')
    .replace(MARKS_IN_EXCESS, '$1');
}

function decodeEntities(text: string): string {
  return text
    .replace(/&(?:(?:amp|#38|#x26);)+/gi, '&')
    .replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,8}));/gi, decodeEntity);
}

function decodeEntity(whole: string, decimal?: string, hex?: string, name?: string): string {
  if (name !== undefined) return ENTITIES.get(name) ?? ENTITIES.get(name.toLowerCase()) ?? whole;
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

/** Only HTML's own tags, so that `a < b` and a model's `<think>` stay. */
function dropTags(text: string): string {
  return text
    .replace(/<!--[^<>]*-->/g, ' ')
    .replace(TAG, (_tag, name: string) => (INLINE_TAGS.test(name) ? '' : ' '));
}

/** arXiv's feed opens each abstract with `arXiv:2508.13426v1 Announce Type: cross \nAbstract: `. */
function dropArxivPreamble(text: string): string {
  return text.replace(
    /^(?:\s*arXiv:\S{1,40}\s+Announce\s+Type:\s*[\w-]{1,40}\s+Abstract:)+\s*/i,
    '',
  );
}

/** `incorporating APIs.We make`: a line break between two sentences was lost. */
function restoreSpaces(text: string): string {
  return text.replace(LOST_SPACE, ' ');
}

/** TeX writes a range as `130M--2.7B` and a break as `structures---varying`. */
function setDashes(text: string): string {
  return text
    .replace(/(?<=[\p{L}\p{N}%)\]])--(?=[\p{L}\p{N}(["“])/gu, '–')
    .replace(/(?<=[\p{L}\p{N}%)\]])---(?=[\p{L}\p{N}(["“])/gu, '—');
}

/** Each round undoes one level of nesting, such as `\textbf{\emph{..}}`. */
const MAX_ROUNDS = 8;

/** All characters that the steps above change. */
const MARKUP_CHARACTERS = /[\\$&<>{}^_~`'";]/g;

/**
 * Control and format characters (zero width, text direction, tags), private use, lone surrogates
 * and noncharacters, which XML forbids in a feed.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Noncharacter_Code_Point}]/gu;

/**
 * More accents on one letter than any language writes; sorting them for NFC takes quadratic time.
 */
const MARKS_IN_EXCESS = /(\p{M}{8})\p{M}+/gu;

const LOST_SPACE =
  /(?<=\p{L}{2}s?\.)(?=(?:We|Our|This|These|In|The|To|It|However|Moreover|Experiments|Code|Specifically)(?:\s|,\s))/gu;

const TAG =
  /<\/?(a|abbr|article|b|big|blockquote|body|br|button|center|cite|code|dd|del|div|dl|dt|em|embed|font|form|h[1-6]|head|hr|html|i|iframe|img|input|ins|kbd|li|link|mark|math|meta|object|ol|p|pre|q|s|samp|script|section|small|span|strike|strong|style|sub|sup|svg|table|tbody|td|textarea|th|thead|title|tr|tt|u|ul|var|video|jats:[a-z]{1,20})(?:\s*\/?|[\s/][^<>=]*=[^<>]*)>/gi;

const INLINE_TAGS =
  /^(?:a|abbr|b|big|cite|code|del|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|tt|u|var|jats:(?:italic|bold|sub|sup))$/i;

const ENTITIES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    nbsp: ' ',
    ndash: '–',
    mdash: '—',
    lsquo: '‘',
    rsquo: '’',
    ldquo: '“',
    rdquo: '”',
    hellip: '…',
    times: '×',
    middot: '·',
    le: '≤',
    ge: '≥',
    ne: '≠',
    plusmn: '±',
    deg: '°',
    alpha: 'α',
    beta: 'β',
    gamma: 'γ',
    delta: 'δ',
    epsilon: 'ε',
    lambda: 'λ',
    mu: 'μ',
    micro: 'µ',
    pi: 'π',
    sigma: 'σ',
    copy: '©',
    reg: '®',
    trade: '™',
    eacute: 'é',
    egrave: 'è',
    auml: 'ä',
    ouml: 'ö',
    uuml: 'ü',
    Auml: 'Ä',
    Ouml: 'Ö',
    Uuml: 'Ü',
    szlig: 'ß',
    ccedil: 'ç',
    ntilde: 'ñ',
  }),
);

/** The only character that PostgreSQL cannot store in a text. */
export const NUL = '\0';
