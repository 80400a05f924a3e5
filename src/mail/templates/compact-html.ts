/**
 * HTML that looks the same in fewer bytes: what MJML writes for every text, and names and white
 * space that only people need. Runs once for each template. Template tags stay as they are.
 */
export function compactHtml(html: string): string {
  return unquoteAttributes(
    shortenClassNames(compactStyles(flattenTextCells(collapseWhitespace(html)))),
  );
}

/** Between blocks white space means nothing. */
function collapseWhitespace(html: string): string {
  return html
    .replace(/\s+/g, ' ')
    .replace(BESIDE_BLOCK, '$1')
    .replace(/ ?(<!--\[if [^\]]*\]>|<!\[endif\]-->) ?/g, '$1')
    .replaceAll('[if mso | IE]', '[if mso|IE]')
    .replace(/<\/?tbody>/g, '')
    .replace(/ +>/g, '>')
    .trim();
}

/**
 * MJML puts each text into a `<div>` with its font, inside a cell with its padding: the cell is
 * enough. The font of the first text goes to the table, whose cells inherit it; so does
 * breaking words that are wider than a phone.
 */
function flattenTextCells(html: string): string {
  let inherited: string | null = null;
  const flat = html.replace(
    TEXT_CELL,
    (_, name: string, cell: string, family, size, lineHeight, color, text: string) => {
      const font = `font:${size}/${lineHeight} ${family};color:${color}`;
      inherited ??= font;
      const padding = cell.replace(/(?:font-size:0px|word-break:break-word|color:[^;]*);?/g, '');
      return `<td${name} style="${padding}${font === inherited ? '' : font}">${text}</td>`;
    },
  );
  return flat.replace(
    'role="presentation" style="vertical-align:top;"',
    `role="presentation" style="${inherited ?? ''};word-break:break-word"`,
  );
}

/** Attributes and style sheets without white space and without what is the default anyway. */
function compactStyles(html: string): string {
  return html
    .replace(/ style="([^"]*)"/g, (_, style: string) => {
      const compact = mergePaddings(compactCss(style).replace(DEFAULTS, '')).replace(/;$/, '');
      return compact === '' ? '' : ` style="${compact}"`;
    })
    .replace(/ (?:style|class)=""/g, '')
    .replace(/<style>([\s\S]*?)<\/style>/g, (_, sheet: string) => {
      return `<style>${compactCss(sheet.replace(CSS_COMMENT, '')).trim()}</style>`;
    });
}

function compactCss(css: string): string {
  return css
    .replace(/\s*([{};,>]|!important)\s*/g, '$1')
    .replace(/:\s+/g, ':')
    .replace(/;}/g, '}')
    .replace(/([ :-])0\.(\d)/g, '$1.$2');
}

/** MJML writes `padding` and then the sides that differ. */
function mergePaddings(style: string): string {
  return style.replace(
    /padding:0 (\w+);padding-top:(\w+)/,
    (_, side: string, top: string) => `padding:${top} ${side} 0`,
  );
}

/** Classes that a style sheet mentions get names of one or two letters, the others go. */
function shortenClassNames(html: string): string {
  const sheets = html.match(/<style>[\s\S]*?<\/style>/g)?.join('') ?? '';
  const names = [...new Set(sheets.match(CLASS_SELECTOR))].sort(
    (a, b) => countUses(b, html) - countUses(a, html),
  );
  const shortBySelector = new Map(names.map((name, at) => [name, toShortName(at)]));
  return html
    .replace(/<style>[\s\S]*?<\/style>/g, (sheet) =>
      sheet.replace(CLASS_SELECTOR, (name) => `.${shortBySelector.get(name)}`),
    )
    .replace(/ class="([^"]*)"/g, (_, classes: string) => {
      const short = classes
        .split(' ')
        .flatMap((name) => shortBySelector.get(`.${name}`) ?? [])
        .join(' ');
      return short === '' ? '' : ` class="${short}"`;
    });
}

function countUses(selector: string, html: string): number {
  return html.match(new RegExp(`class="[^"]*\\b${selector.slice(1)}\\b(?!-)`, 'g'))?.length ?? 0;
}

/** a to z, then aa to zz. */
function toShortName(at: number): string {
  const letter = String.fromCharCode(97 + (at % 26));
  return at < 26 ? letter : toShortName(Math.floor(at / 26) - 1) + letter;
}

/** Every parser takes these characters without quotation marks. A tag may stand for any, so values
 *  with one keep theirs. */
function unquoteAttributes(html: string): string {
  return html.replace(/<[a-z][^<>]*>/g, (tag) => tag.replace(/="([\w.:#-]+)"/g, '=$1'));
}

const BLOCKS = 'html|head|title|meta|style|xml|body|div|table|tr|td|p|h[1-6]';
const BESIDE_BLOCK = new RegExp(` ?(</?(?:${BLOCKS})(?: [^<>]*)?>) ?`, 'g');
const TEXT_CELL =
  /<td align="left"( class="[^"]*")? style="([^"]*)"><div style="font-family:([^;]*);font-size:(\w+);line-height:(\w+);text-align:left;color:(#\w+);?">([\s\S]*?)<\/div><\/td>/g;
/** `ltr` is that of the document, and a table starts at its left. */
const DEFAULTS = /(?:word-spacing:normal|direction:ltr);?/g;
const CSS_COMMENT = /\/\*[\s\S]*?\*\//g;
/** Not the figures of `.5px`. */
const CLASS_SELECTOR = /\.[a-z][\w-]*/g;
