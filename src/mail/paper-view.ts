import { describePaper } from '../domain/describe.ts';
import type { Figure } from '../domain/figure.ts';
import { splitTitle } from '../domain/headline.ts';
import type { Form } from '../domain/layout.ts';
import type { Links } from '../domain/links.ts';
import type { Paper } from '../domain/paper.ts';
import { countWords, showAbstract } from '../domain/shown-text.ts';
import { clip, oneLine } from './printable.ts';

/** What a mail shows of a paper in one form, apart from the reason; every text is one line. */
export interface PaperView {
  /** The whole title. */
  title: string;
  name: string;
  /** The name as links say it aloud. */
  label: string;
  deck: string | null;
  byline: string;
  url: string;
  /** Where the paper comes from, as a link; null when it has no page but ours. */
  source: { name: string; url: string } | null;
  codeUrl: string | null;
  text: string;
  figure: Figure | null;
  isLongFigure: boolean;
  /** Whether `text` is `before`, the figure and `after`. */
  isFigureInText: boolean;
  before: string;
  after: string;
  /** Words that a reader sees. */
  words: number;
}

/** What a mail shows of `paper` when it stands there as a `form`. */
export function viewPaper(paper: Paper, form: Form, links: Links): PaperView {
  const title = clip(oneLine(paper.title), MAX_TITLE) || paper.id;
  const { name, deck } = splitTitle(title);
  const { text: whole, figure } = showAbstract(oneLine(paper.abstract), form);
  const text = clip(whole, MAX_TEXT);
  const url = safeUrl(paper.url);
  const view = {
    title,
    name,
    label: clip(name, MAX_LABEL),
    deck,
    byline: clip(oneLine(describePaper(paper)), MAX_BYLINE),
    url: url ?? links.paper(paper.id),
    source: url === null ? null : { name: nameOfHost(url), url },
    codeUrl: safeUrl(paper.codeUrl),
    text,
    figure,
    isLongFigure: figure !== null && figure.figure.length > LONGEST_LARGE_FIGURE,
    ...splitAtFigure(text, figure),
  };
  const quote = form === 'brief' ? '' : (figure?.quote ?? '');
  return { ...view, words: countWords([title, view.byline, text, quote]) };
}

function splitAtFigure(text: string, figure: Figure | null) {
  const quoteAt = figure === null ? -1 : text.indexOf(figure.quote);
  const at = figure === null || quoteAt === -1 ? -1 : text.indexOf(figure.figure, quoteAt);
  if (figure === null || at === -1) return { isFigureInText: false, before: '', after: '' };
  return {
    isFigureInText: true,
    before: text.slice(0, at),
    after: text.slice(at + figure.figure.length),
  };
}

/** A web address short enough for every mail client; others could be scripts. */
function safeUrl(url: string | null): string | null {
  if (url === null || url.length > MAX_URL || !URL.canParse(url)) return null;
  const { protocol, href } = new URL(url);
  const isWeb = protocol === 'https:' || protocol === 'http:';
  return isWeb && href.length <= MAX_URL ? href : null;
}

function nameOfHost(url: string): string {
  const host = new URL(url).hostname.replace(/^www\./, '');
  return host === 'arxiv.org' || host.endsWith('.arxiv.org') ? 'arXiv' : host;
}

/** In characters. Nothing that a real paper has is longer; what is would fill the mail. */
const MAX_TITLE = 400;
const MAX_LABEL = 80;
const MAX_BYLINE = 300;
const MAX_TEXT = 1_000;
const MAX_URL = 850;

/** In characters: a longer figure is set smaller (LOOK: figure). */
const LONGEST_LARGE_FIGURE = 6;
