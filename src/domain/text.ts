/**
 * One line of readable text from what a source sent: NFC, without markup, TeX, control, invisible
 * and text-direction characters. Cleaning twice changes nothing more. Not a substitute for escaping:
 * `a < b` keeps its sign. Time is linear in the length.
 */
export function cleanText(raw: string): string {
  // Without markup nothing is left to nest, so the second attempt settles.
  return settle(raw) ?? settle(raw.replace(MARKUP_CHARACTERS, ' ')) ?? '';
}

/** The text once a round changes nothing; null for text nested deeper than any honest author's. */
function settle(raw: string): string | null {
  let text = raw;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const next = ROUND.reduce((partial, step) => step(partial), text);
    if (next === text) return text;
    text = next;
  }
  return null;
}

/** What one round does, in order: later steps rely on earlier ones. */
const ROUND: readonly ((text: string) => string)[] = [
  dropInvisible,
  decodeEntities,
  dropTags,
  dropAnnouncement,
  readAccents,
  readMath,
  readCommands,
  readEscapes,
  readQuotes,
  restoreLostTex,
  (text) => text.normalize('NFC').replace(/\s+/gu, ' ').trim(),
];

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
  if (name !== undefined)
    return lookUp(ENTITIES, name) ?? lookUp(ENTITIES, name.toLowerCase()) ?? whole;
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
function dropAnnouncement(text: string): string {
  return text.replace(
    /^(?:\s*arXiv:\S{1,40}\s+Announce\s+Type:\s*[\w-]{1,40}\s+Abstract:)+\s*/i,
    '',
  );
}

/** `\'e`, `\'{e}`, `{\'e}`, `\c{c}` and `\'{\i}` become the letter itself. */
function readAccents(text: string): string {
  return text
    .replace(LETTER_COMMAND, (whole, name: string) => lookUp(SYMBOLS, name) ?? whole)
    .replace(/\{\\([ij])\}|\\([ij])(?![a-zA-Z])/g, (_whole, a?: string, b?: string) => a ?? b ?? '')
    .replace(
      /\{\\(['"`^~=.])\s?\{?(\p{L})\}?\}|\\(['"`^~=.])(?:\{(\p{L})\}|(\p{L}))/gu,
      (_whole, markA, letterA, markB, letterB, letterC) =>
        accented(markA ?? markB, letterA ?? letterB ?? letterC),
    )
    .replace(/\\([cvuHkrdb])(?:\{(\p{L})\}|\s(\p{L})(?!\p{L}))/gu, (_whole, mark, a, b) =>
      accented(mark, a ?? b),
    );
}

function accented(mark: string, letter: string): string {
  return `${letter}${ACCENTS[mark] ?? ''}`;
}

/** `$...$`, `\(...\)` and `\[...\]` lose their signs. Prices stay: `$5 and $10`. */
function readMath(text: string): string {
  return text
    .replace(/\\[()[\]]/g, ' ')
    .replace(
      /(?<![\\$])(\$\$?)(?![\s$])([^$]{1,500})(?<![\s\\])\1(?!\$)(?=(\d?))/g,
      (whole, _sign, content: string, digit: string) =>
        isFormula(content, digit) ? readFormula(content) : whole,
    );
}

/** `$5-$10` are prices, and so is `$5 to $10`; `$\sim$5` is not. */
function isFormula(content: string, digitAfter: string): boolean {
  return !PRICE.test(content) && (digitAfter === '' || /[\\<>=^_]/.test(content));
}

function readFormula(formula: string): string {
  return readCommands(readCommands(formula))
    .replace(/([\^_])([\p{L}\p{N}+*-])/gu, (_whole, kind, script) => readScript(kind, script))
    .replace(/(?<!\\)[{}]/g, '');
}

/** Commands with an argument keep what is printed; symbols become characters; the names of unknown
 *  commands stay as words, because authors name their methods so (`\ours`). */
function readCommands(text: string): string {
  return text
    .replace(/\\(?:[dt]?frac)\s?\{([^{}]*)\}\s?\{([^{}]*)\}/g, '$1/$2')
    .replace(/\\sqrt\s?\{([^{}]*)\}/g, (_whole, root: string) =>
      root.length > 1 ? `√(${root})` : `√${root}`,
    )
    .replace(/\\href\s?\{[^{}]*\}\s?\{([^{}]*)\}/g, '$1')
    .replace(/~?\\(?:cite[a-z]{0,8}|ref|label|footnote|begin|end)\*?\s?\{[^{}]*\}/g, '')
    .replace(/([\^_])\{([^{}\\]*)\}/g, (_whole, kind, script) => readScript(kind, script))
    .replace(/\^\s?\\(?:circ|prime)(?![a-zA-Z])/g, (mark) => (mark.endsWith('circ') ? '°' : '′'))
    .replace(/(\S?)\\sim(?![a-zA-Z])(?:\s+(?=[\d\\]))?/g, (_whole, before: string) =>
      /[\p{L}\p{N})]/u.test(before) ? `${before} ~` : `${before}~`,
    )
    .replace(/\{\s?\\(?:bf|em|it|rm|sc|sf|sl|tt)\s([^{}]*)\}/g, '$1')
    .replace(/\\([a-zA-Z]{1,30})\*?\s?\{([^{}]*)\}/g, readArgument)
    .replace(/\\([a-zA-Z]{1,30})(?![a-zA-Z{])/g, (_whole, name: string) => readSymbol(name))
    .replace(/\{((?:[\p{L}\p{N}]|[.+-](?=[\p{L}\p{N}])){1,60})\}/gu, '$1');
}

function readArgument(_whole: string, name: string, argument: string): string {
  const symbol = lookUp(SYMBOLS, name);
  if (symbol !== undefined) return argument === '' ? symbol : `${symbol}{${argument}}`;
  return argument === '' && !FORMATTING.test(name) ? name : argument;
}

function readSymbol(name: string): string {
  if (FORMATTING.test(name)) return '';
  if (name === 'n') return ' ';
  return lookUp(SYMBOLS, name) ?? name;
}

/** Powers and indices of digits have characters of their own: `x^{2}` → `x²`, `x_{1}` → `x₁`. */
function readScript(kind: string, script: string): string {
  if (script === '') return '';
  if (kind === '^' && /^(?:st|nd|rd|th)$/.test(script)) return script;
  const from = kind === '^' ? SUPERSCRIPTS : SUBSCRIPTS;
  const characters = [...script].map((character) => from[character]);
  if (characters.every((character) => character !== undefined)) return characters.join('');
  return /^(?:.|[\p{L}\p{N}*]+)$/u.test(script) ? `${kind}${script}` : `${kind}(${script})`;
}

function readEscapes(text: string): string {
  return text
    .replace(/\\([%&#_${}])/g, '$1')
    .replace(/\\[!\-/]/g, '')
    .replace(/\\+(?![a-zA-Z])[,;:\s]?/g, ' ')
    .replace(/(?<=[\p{L}.,)\]])~(?=[\p{L}\p{N}([])|(?<=\p{N})~(?=[\p{L}([])/gu, ' ');
}

function readQuotes(text: string): string {
  return text.replace(/``(?=\S)/g, '“').replace(/(?<=\S)''/g, '”');
}

/** Hugging Face's copy of arXiv has lost backslashes: `2times`, `N cdot T`, `L^2`. Only where the
 *  place leaves no doubt; `at times` and `three times faster` are prose. */
function restoreLostTex(text: string): string {
  return text
    .replace(/(?<=\d)times(?!\p{L})/gu, '×')
    .replace(LOST_OPERATOR, (operator) => lookUp(SYMBOLS, operator) ?? operator)
    .replace(/(?<=[\p{L})])\^(\d{1,2})(?![\w.^{])/gu, (_whole, power: string) =>
      readScript('^', power),
    );
}

/** Own entries only: `\constructor` is nothing that JavaScript should explain. */
function lookUp(table: Record<string, string>, name: string): string | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Each round undoes one level of nesting, such as `\textbf{\emph{..}}`. */
const MOST_ROUNDS = 8;

/** All characters that the steps above act upon. */
const MARKUP_CHARACTERS = /[\\$&<>{}^_~`'";]/g;

/** Control and format characters (zero width, text direction, tags), private use, lone surrogates and
 *  noncharacters, which XML forbids in a feed. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Noncharacter_Code_Point}]/gu;

/** More accents on one letter than any language writes; sorting them for NFC takes quadratic time. */
const MARKS_IN_EXCESS = /(\p{M}{8})\p{M}+/gu;

const TAG =
  /<\/?(a|abbr|article|b|big|blockquote|body|br|button|center|cite|code|dd|del|div|dl|dt|em|embed|font|form|h[1-6]|head|hr|html|i|iframe|img|input|ins|kbd|li|link|mark|math|meta|object|ol|p|pre|q|s|samp|script|section|small|span|strike|strong|style|sub|sup|svg|table|tbody|td|textarea|th|thead|title|tr|tt|u|ul|var|video|jats:[a-z]{1,20})(?:\s*\/?|[\s/][^<>=]*=[^<>]*)>/gi;

const INLINE_TAGS =
  /^(?:a|abbr|b|big|cite|code|del|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|tt|u|var|jats:(?:italic|bold|sub|sup))$/i;

const PRICE = /^\d[\d.,]*\s?(?:[KMBkmb]\b|[mb]illion\b)?[\s,.;)-]+(?:\p{Ll}{2,}|US)/u;

const LETTER_COMMAND = /\\(ss|[oOlL]|ae|AE|oe|OE|aa|AA)(?:\{\}|\s(?=\p{Ll})|(?![a-zA-Z{]))/gu;

/** Commands that print nothing themselves. */
const FORMATTING =
  /^(?:text[a-z]{2,6}|math[a-z]{1,6}|emph|operatorname|left|right|big|Big|bigl|bigr|displaystyle|textstyle|limits|nolimits|bf|it|em|rm|sc|sf|sl|tt|tiny|small|large|Large|noindent|xspace|protect|mathstrut|bfseries|itshape|boldmath|centering)$/;

const LOST_OPERATOR =
  /(?<=(?<![\p{L}\p{N}])(?:\p{L}(?:[_^]\w{1,3})?|\d{1,9}|\p{L}?[)²³]) )(?:cdot|leq|geq|neq)(?= (?:[(\d]|\p{L}(?!\p{L})|(?:log|exp|max|min|sqrt)(?!\p{L})))/gu;

const ENTITIES: Record<string, string> = {
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
};

/** Combining characters for TeX's accents. */
const ACCENTS: Record<string, string> = {
  "'": '\u0301',
  '`': '\u0300',
  '^': '\u0302',
  '"': '\u0308',
  '~': '\u0303',
  '=': '\u0304',
  '.': '\u0307',
  c: '\u0327',
  v: '\u030c',
  u: '\u0306',
  H: '\u030b',
  k: '\u0328',
  r: '\u030a',
  d: '\u0323',
  b: '\u0331',
};

const SYMBOLS: Record<string, string> = {
  times: '×',
  cdot: '·',
  cdots: '⋯',
  ldots: '…',
  dots: '…',
  sim: '~',
  approx: '≈',
  simeq: '≃',
  propto: '∝',
  leq: '≤',
  le: '≤',
  leqslant: '≤',
  geq: '≥',
  ge: '≥',
  geqslant: '≥',
  neq: '≠',
  ne: '≠',
  ll: '≪',
  gg: '≫',
  lt: '<',
  gt: '>',
  pm: '±',
  mp: '∓',
  div: '÷',
  ast: '*',
  star: '⋆',
  circ: '∘',
  bullet: '•',
  oplus: '⊕',
  otimes: '⊗',
  odot: '⊙',
  to: '→',
  rightarrow: '→',
  leftarrow: '←',
  leftrightarrow: '↔',
  Rightarrow: '⇒',
  mapsto: '↦',
  uparrow: '↑',
  downarrow: '↓',
  infty: '∞',
  partial: '∂',
  nabla: '∇',
  sum: '∑',
  prod: '∏',
  int: '∫',
  in: '∈',
  notin: '∉',
  subset: '⊂',
  subseteq: '⊆',
  cup: '∪',
  cap: '∩',
  emptyset: '∅',
  forall: '∀',
  exists: '∃',
  neg: '¬',
  land: '∧',
  lor: '∨',
  mid: '|',
  vert: '|',
  Vert: '‖',
  langle: '⟨',
  rangle: '⟩',
  lfloor: '⌊',
  rfloor: '⌋',
  lceil: '⌈',
  rceil: '⌉',
  ell: 'ℓ',
  hbar: 'ℏ',
  top: '⊤',
  perp: '⊥',
  prime: '′',
  dagger: '†',
  degree: '°',
  quad: ' ',
  qquad: ' ',
  textbackslash: ' ',
  textasciitilde: '~',
  ss: 'ß',
  o: 'ø',
  O: 'Ø',
  l: 'ł',
  L: 'Ł',
  ae: 'æ',
  AE: 'Æ',
  oe: 'œ',
  OE: 'Œ',
  aa: 'å',
  AA: 'Å',
  alpha: 'α',
  beta: 'β',
  gamma: 'γ',
  delta: 'δ',
  epsilon: 'ε',
  varepsilon: 'ε',
  zeta: 'ζ',
  eta: 'η',
  theta: 'θ',
  vartheta: 'ϑ',
  iota: 'ι',
  kappa: 'κ',
  lambda: 'λ',
  mu: 'μ',
  nu: 'ν',
  xi: 'ξ',
  pi: 'π',
  rho: 'ρ',
  sigma: 'σ',
  tau: 'τ',
  upsilon: 'υ',
  phi: 'φ',
  varphi: 'φ',
  chi: 'χ',
  psi: 'ψ',
  omega: 'ω',
  Gamma: 'Γ',
  Delta: 'Δ',
  Theta: 'Θ',
  Lambda: 'Λ',
  Xi: 'Ξ',
  Pi: 'Π',
  Sigma: 'Σ',
  Phi: 'Φ',
  Psi: 'Ψ',
  Omega: 'Ω',
};

const SUPERSCRIPTS: Record<string, string> = {
  '0': '⁰',
  '1': '¹',
  '2': '²',
  '3': '³',
  '4': '⁴',
  '5': '⁵',
  '6': '⁶',
  '7': '⁷',
  '8': '⁸',
  '9': '⁹',
  '+': '⁺',
  '-': '⁻',
  n: 'ⁿ',
  i: 'ⁱ',
};

const SUBSCRIPTS: Record<string, string> = {
  '0': '₀',
  '1': '₁',
  '2': '₂',
  '3': '₃',
  '4': '₄',
  '5': '₅',
  '6': '₆',
  '7': '₇',
  '8': '₈',
  '9': '₉',
  '+': '₊',
  '-': '₋',
};
