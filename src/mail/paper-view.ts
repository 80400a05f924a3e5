import { describePaper } from '../domain/describe.ts';
import { type Figure, findFigure } from '../domain/figure.ts';
import { splitTitle } from '../domain/headline.ts';
import type { Links } from '../domain/links.ts';
import type { Paper } from '../domain/paper.ts';
import { firstSentences, sentencesOf } from '../domain/sentences.ts';
import type { Form } from './layout.ts';
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
  const abstract = oneLine(paper.abstract);
  const figure = printableFigure(abstract);
  const text = clip(
    form === 'brief' ? briefText(abstract, figure) : openText(abstract, form),
    MAX_TEXT,
  );
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

/** How many words stand in `texts`. */
export function countWords(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + (text.match(/\S+/g)?.length ?? 0), 0);
}

function printableFigure(abstract: string): Figure | null {
  const found = findFigure(abstract);
  const isReadable =
    found !== null && found.figure.length <= MAX_FIGURE && found.quote.length <= MAX_QUOTE;
  return isReadable ? found : null;
}

/** The lead has room for how its abstract begins; the others start where the authors say what is new. */
function openText(abstract: string, form: 'lead' | 'story' | 'darkHorse'): string {
  return form === 'lead'
    ? firstSentences(abstract, LEAD_TEXT)
    : firstSentences(fromClaim(abstract), STORY_TEXT);
}

/** The one sentence that holds the figure, or else the one that says what is new. */
function briefText(abstract: string, figure: Figure | null): string {
  const withFigure = [...sentencesOf(abstract)].find(
    ({ text }) => figure !== null && text.includes(figure.quote) && text.length <= MAX_BRIEF,
  );
  const claim = { most: 1, maxLength: MAX_BRIEF };
  return withFigure?.text ?? firstSentences(fromClaim(abstract), claim);
}

/** `abstract` from its first `We propose …` on; all of it when nobody says so. */
function fromClaim(abstract: string): string {
  const claim = [...sentencesOf(abstract)].find(({ text }) => CLAIM.test(text));
  return claim === undefined ? abstract : abstract.slice(claim.start);
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

const LEAD_TEXT = { most: 3, maxLength: 520 };
const STORY_TEXT = { most: 2, maxLength: 360 };

/** Only sentences that need none before them: no `To solve this, we …`. */
const CLAIM =
  /^(?:(?:Here|In this (?:work|paper|study|article|report|survey)),? )?(?:we|this (?:work|paper|study|article|report|survey)) (?:address|argue|demonstrate|describe|develop|establish|explore|introduce|investigate|present|propose|prove|provide|report|show|stud(?:y|ies))(?:es|s)?\b/i;

/** In characters. Nothing that a real paper has is longer; what is would fill the mail. */
const MAX_TITLE = 400;
const MAX_LABEL = 80;
const MAX_BYLINE = 300;
const MAX_TEXT = 1_000;
const MAX_BRIEF = 400;
const MAX_FIGURE = 24;
const MAX_QUOTE = 300;
const MAX_URL = 850;

/** In characters: a longer figure is set smaller (LOOK: figure). */
const LONGEST_LARGE_FIGURE = 6;
