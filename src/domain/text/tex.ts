import { ACCENTS, SUBSCRIPTS, SUPERSCRIPTS, SYMBOLS } from './tex-symbols.ts';

/**
 * Converts the TeX that authors leave in titles and abstracts into what it prints, as far as one
 * line can show it: accents, formulas, commands, escapes and quotes. Undoes one level of nesting,
 * such as `\textbf{\emph{..}}`; the caller repeats it until nothing changes. Linear in the length.
 */
export function convertTex(text: string): string {
  const converted = TEX_PATTERN.test(text)
    ? STEPS.reduce((partial, step) => step(partial), text)
    : text;
  return LOST_TEX_PATTERN.test(converted) ? restoreLostTex(converted) : converted;
}

/** `\'e`, `\'{e}`, `{\'e}`, `\c{c}` and `\'{\i}` become the letter itself. */
function convertAccents(text: string): string {
  return text
    .replace(LETTER_COMMAND, (whole, name: string) => SYMBOLS.get(name) ?? whole)
    .replace(/\{\\([ij])\}|\\([ij])(?![a-zA-Z])/g, (_whole, a?: string, b?: string) => a ?? b ?? '')
    .replace(
      /\{\\(['"`^~=.])\s?\{?(\p{L})\}?\}|\\(['"`^~=.])(?:\{(\p{L})\}|(\p{L}))/gu,
      (_whole, markA, letterA, markB, letterB, letterC) =>
        addAccent(markA ?? markB, letterA ?? letterB ?? letterC),
    )
    .replace(/\\([cvuHkrdb])(?:\{(\p{L})\}|\s(\p{L})(?!\p{L}))/gu, (_whole, mark, a, b) =>
      addAccent(mark, a ?? b),
    );
}

function addAccent(mark: string, letter: string): string {
  return `${letter}${ACCENTS.get(mark) ?? ''}`;
}

/** Removes the delimiters `$...$`, `\(...\)` and `\[...\]`. Prices stay: `$5 and $10`. */
function convertMath(text: string): string {
  return text
    .replace(/\\[()[\]]/g, ' ')
    .replace(
      /(?<![\\$])(\$\$?)(?![\s$])([^$]{1,500})(?<![\s\\])\1(?!\$)(?=(\d?))/g,
      (whole, _sign, content: string, digit: string) =>
        isFormula(content, digit) ? convertFormula(content) : whole,
    );
}

/** `$5-$10` are prices, and so is `$5 to $10`; `$\sim$5` is not. */
function isFormula(content: string, digitAfter: string): boolean {
  return !PRICE.test(content) && (digitAfter === '' || /[\\<>=^_]/.test(content));
}

function convertFormula(formula: string): string {
  return convertCommands(convertCommands(formula))
    .replace(/([\^_])([\p{L}\p{N}+*-])/gu, (_whole, kind, script) => convertScript(kind, script))
    .replace(/(?<!\\)[{}]/g, '');
}

/**
 * Commands with an argument become what they print; symbols become characters; the names of unknown
 * commands stay, because authors use them for their methods (`\ours`).
 */
function convertCommands(text: string): string {
  return text
    .replace(/\\(?:[dt]?frac)\s?\{([^{}]*)\}\s?\{([^{}]*)\}/g, '$1/$2')
    .replace(/\\sqrt\s?\{([^{}]*)\}/g, (_whole, root: string) =>
      root.length > 1 ? `√(${root})` : `√${root}`,
    )
    .replace(/\\href\s?\{[^{}]*\}\s?\{([^{}]*)\}/g, '$1')
    .replace(/~?\\(?:cite[a-z]{0,8}|ref|label|footnote|begin|end)\*?\s?\{[^{}]*\}/g, '')
    .replace(/([\^_])\{([^{}\\]*)\}/g, (_whole, kind, script) => convertScript(kind, script))
    .replace(/\^\s?\\(?:circ|prime)(?![a-zA-Z])/g, (mark) => (mark.endsWith('circ') ? '°' : '′'))
    .replace(/(\S?)\\sim(?![a-zA-Z])(?:\s+(?=[\d\\]))?/g, (_whole, before: string) =>
      /[\p{L}\p{N})]/u.test(before) ? `${before} ~` : `${before}~`,
    )
    .replace(/\{\s?\\(?:bf|em|it|rm|sc|sf|sl|tt)\s([^{}]*)\}/g, '$1')
    .replace(/\\([a-zA-Z]{1,30})\*?\s?\{([^{}]*)\}/g, convertArgument)
    .replace(/\\([a-zA-Z]{1,30})(?![a-zA-Z{])/g, (_whole, name: string) => convertSymbol(name))
    .replace(/\{((?:[\p{L}\p{N}]|[.+-](?=[\p{L}\p{N}])){1,60})\}/gu, '$1');
}

function convertArgument(_whole: string, name: string, argument: string): string {
  const symbol = SYMBOLS.get(name);
  if (symbol !== undefined) return argument === '' ? symbol : `${symbol}{${argument}}`;
  return argument === '' && !FORMATTING.test(name) ? name : argument;
}

function convertSymbol(name: string): string {
  if (FORMATTING.test(name)) return '';
  if (name === 'n') return ' ';
  return SYMBOLS.get(name) ?? name;
}

/** Superscript and subscript digits are characters: `x^{2}` → `x²`, `x_{1}` → `x₁`. */
function convertScript(kind: string, script: string): string {
  if (script === '') return '';
  if (kind === '^' && /^(?:st|nd|rd|th)$/.test(script)) return script;
  const from = kind === '^' ? SUPERSCRIPTS : SUBSCRIPTS;
  const characters = [...script].map((character) => from.get(character));
  if (characters.every((character) => character !== undefined)) return characters.join('');
  return /^(?:.|[\p{L}\p{N}*]+)$/u.test(script) ? `${kind}${script}` : `${kind}(${script})`;
}

function convertEscapes(text: string): string {
  return text
    .replace(/\\([%&#_${}])/g, '$1')
    .replace(/\\[!\-/]/g, '')
    .replace(/\\+(?![a-zA-Z])[,;:\s]?/g, ' ')
    .replace(/(?<=[\p{L}.,)\]])~(?=[\p{L}\p{N}([])|(?<=\p{N})~(?=[\p{L}([])/gu, ' ');
}

function convertQuotes(text: string): string {
  return text.replace(/``(?=\S)/g, '“').replace(/(?<=\S)''/g, '”');
}

/**
 * Hugging Face's copy of arXiv has lost backslashes: `2times`, `Ntimes`, `N cdot T`, `L^2`.
 * Converts only unambiguous places; `at times` and `three times faster` are prose.
 */
function restoreLostTex(text: string): string {
  return text
    .replace(LOST_TIMES, '×')
    .replace(LOST_OPERATOR, (operator) => SYMBOLS.get(operator) ?? operator)
    .replace(LOST_ABOUT, (_whole, name: string) => SYMBOLS.get(name) ?? name)
    .replace(
      /(?<![\p{L}\p{N}])(?:rightarrow|leftrightarrow|infty)(?![\p{L}\p{N}])/gu,
      convertSymbol,
    )
    .replace(/(?<=[\p{L})])\^(\d{1,2}|T)(?![\w.^{])/gu, (_whole, power: string) =>
      convertScript('^', power),
    )
    .replace(LOST_INDEX, (_whole, index: string) => convertScript('_', index));
}

/** In this order: later steps rely on earlier ones. */
const STEPS = [convertAccents, convertMath, convertCommands, convertEscapes, convertQuotes];

/** Every step applies only to texts with one of these characters. */
const TEX_PATTERN = /[\\{$^_~`]|''/;

/** `restoreLostTex` applies only to texts with one of these. */
const LOST_TEX_PATTERN = /times|cdot|[lgn]eq|sim|approx|arrow|infty|[\^_]/;

const PRICE = /^\d[\d.,]*\s?(?:[KMBkmb]\b|[mb]illion\b)?[\s,.;)-]+(?:\p{Ll}{2,}|US)/u;

const LETTER_COMMAND = /\\(ss|[oOlL]|ae|AE|oe|OE|aa|AA)(?:\{\}|\s(?=\p{Ll})|(?![a-zA-Z{]))/gu;

/** Commands that print nothing. */
const FORMATTING =
  /^(?:text[a-z]{2,6}|math[a-z]{1,6}|emph|operatorname|left|right|big|Big|bigl|bigr|displaystyle|textstyle|limits|nolimits|bf|it|em|rm|sc|sf|sl|tt|tiny|small|large|Large|noindent|xspace|protect|mathstrut|bfseries|itshape|boldmath|centering)$/;

/** After a number or a one-letter variable, and before another one or the end. */
const LOST_TIMES = /(?<=\d|(?<![\p{L}\p{N}_])\p{L})times(?!\p{L}\p{L}|\p{Ll})/gu;

/** `sim 20%` and `approx 50%`, but not `sim2real`. */
const LOST_ABOUT = /(?<![\p{L}\p{N}])(sim|approx) ?(?=\d[\d.,]*(?:[KMBx]\b|(?![\p{L}\d])))/gu;

/** Exponent of a one-letter variable. */
const LOST_INDEX = /(?<=(?<![\p{L}\p{N}_])\p{L})_(\d)(?![\w{])/gu;

const LOST_OPERATOR =
  /(?<=(?<![\p{L}\p{N}])(?:\p{L}(?:[_^]\w{1,3})?|\d{1,9}|\p{L}?[)²³]) )(?:cdot|leq|geq|neq)(?= (?:[(\d]|\p{L}(?!\p{L})|(?:log|exp|max|min|sqrt)(?!\p{L})))/gu;
