import type { DisplayFormat } from '../../domain/digests/digest-layout.ts';
import type { Links } from '../../domain/links/links.ts';
import type { KeyResult } from '../../domain/papers/key-result.ts';
import type { Paper } from '../../domain/papers/paper.ts';
import { splitTitle } from '../../domain/papers/split-title.ts';
import { describePaper } from '../../domain/text/format.ts';
import { countWords, showAbstract } from '../../domain/text/shown-text.ts';
import { toSingleLine, truncateText } from '../encoding/printable.ts';

/** A paper in one format for an email, without its reason. Every text is one line. */
export interface PaperEmailView {
  /** The whole title. */
  title: string;
  name: string;
  /** The name for labels of links (ARIA). */
  label: string;
  deck: string | null;
  byline: string;
  url: string;
  /** Link to the paper at its source; null when only our page exists. */
  source: { name: string; url: string } | null;
  codeUrl: string | null;
  text: string;
  figure: KeyResult | null;
  isLongFigure: boolean;
  /** Whether `text` consists of `before`, the figure and `after`. */
  isFigureInText: boolean;
  before: string;
  after: string;
  /** Visible words. */
  wordCount: number;
}

/** `paper` in the format `form`. */
export function createPaperEmailView(
  paper: Paper,
  form: DisplayFormat,
  links: Links,
): PaperEmailView {
  const title = truncateText(toSingleLine(paper.title), MAX_TITLE) || paper.id;
  const { name, deck } = splitTitle(title);
  const { text: fullText, figure } = showAbstract(toSingleLine(paper.abstract), form);
  const text = truncateText(fullText, MAX_TEXT);
  const url = toSafeUrl(paper.url);
  const view = {
    title,
    name,
    label: truncateText(name, MAX_LABEL),
    deck,
    byline: truncateText(toSingleLine(describePaper(paper)), MAX_BYLINE),
    url: url ?? links.paper(paper.id),
    source: url === null ? null : { name: describeHost(url), url },
    codeUrl: toSafeUrl(paper.codeUrl),
    text,
    figure,
    isLongFigure: figure !== null && figure.figure.length > LONGEST_LARGE_FIGURE,
    ...splitAtFigure(text, figure),
  };
  const quote = form === 'brief' ? '' : (figure?.quote ?? '');
  return { ...view, wordCount: countWords([title, view.byline, text, quote]) };
}

function splitAtFigure(text: string, figure: KeyResult | null) {
  const quoteAt = figure === null ? -1 : text.indexOf(figure.quote);
  const at = figure === null || quoteAt === -1 ? -1 : text.indexOf(figure.figure, quoteAt);
  if (figure === null || at === -1) return { isFigureInText: false, before: '', after: '' };
  return {
    isFigureInText: true,
    before: text.slice(0, at),
    after: text.slice(at + figure.figure.length),
  };
}

/** A web address that is short enough for every mail client. Other schemes could be scripts. */
function toSafeUrl(url: string | null): string | null {
  if (url === null || url.length > MAX_URL || !URL.canParse(url)) return null;
  const { protocol, href } = new URL(url);
  const isWeb = protocol === 'https:' || protocol === 'http:';
  return isWeb && href.length <= MAX_URL ? href : null;
}

function describeHost(url: string): string {
  const host = new URL(url).hostname.replace(/^www\./, '');
  return host === 'arxiv.org' || host.endsWith('.arxiv.org') ? 'arXiv' : host;
}

/** In characters. No real paper has longer texts; one that has must not fill the email. */
const MAX_TITLE = 400;
const MAX_LABEL = 80;
const MAX_BYLINE = 300;
const MAX_TEXT = 1_000;
const MAX_URL = 850;

/** In characters. A longer figure is set smaller. */
const LONGEST_LARGE_FIGURE = 6;
