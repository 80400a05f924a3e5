import { DIGEST_EMAIL_COPY } from '../../copy/en/emails/digest.ts';
import {
  describeCode,
  describeKeywords,
  describePaper,
  describeSummary,
} from '../../copy/en/format.ts';
import type { DisplayFormat } from '../../domain/digests/digest-layout.ts';
import type { Links } from '../../domain/links/links.ts';
import type { KeyResult } from '../../domain/papers/key-result.ts';
import type { Paper } from '../../domain/papers/paper.ts';
import { findCode, findPaperSource, findProject } from '../../domain/papers/paper-links.ts';
import { splitTitle } from '../../domain/papers/split-title.ts';
import { countWords, showPaper } from '../../domain/text/shown-text.ts';
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
  /** Where the paper can be read, or our page about it; null when there is neither. */
  url: string | null;
  codeUrl: string | null;
  projectUrl: string | null;
  /** The links of the byline: where it can be read, its code and its site. */
  links: { text: string; url: string; label: string }[];
  text: string;
  /** `Summary by Hugging Face: …`; empty for none. */
  summary: string;
  /** `Keywords: …`; empty for none. */
  keywords: string;
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
  format: DisplayFormat,
  links: Links | null,
  { showsSummaries = true }: { showsSummaries?: boolean } = {},
): PaperEmailView {
  const title = truncateText(toSingleLine(paper.title), MAX_TITLE) || paper.id;
  const { name, deck } = splitTitle(title);
  const { details } = paper;
  const shown = showPaper({ title, abstract: toSingleLine(paper.abstract), details }, format, {
    showsSummaries,
  });
  const { text: fullText, figure } = shown;
  const text = truncateText(fullText, MAX_TEXT);
  const source = findPaperSource(paper);
  const codeUrl = findCode(paper);
  const projectUrl = findProject(paper);
  const code = describeCode(DIGEST_EMAIL_COPY.code, details.codeStars);
  const label = truncateText(name, MAX_LABEL);
  const view = {
    title,
    name,
    label,
    deck,
    byline: truncateText(toSingleLine(describePaper(paper)), MAX_BYLINE),
    url: source?.url ?? links?.paper(paper.id) ?? null,
    codeUrl,
    projectUrl,
    links: [
      ...(source === null ? [] : [{ text: source.name, url: source.url, label }]),
      ...(codeUrl === null ? [] : [{ text: code, url: codeUrl, label }]),
      ...(projectUrl === null || format === 'brief'
        ? []
        : [{ text: DIGEST_EMAIL_COPY.project, url: projectUrl, label }]),
    ],
    text,
    summary: shown.summary === null ? '' : formatLine(describeSummary(shown.summary)),
    keywords: formatLine(describeKeywords(shown.keywords)),
    figure,
    isLongFigure: figure !== null && figure.figure.length > LONGEST_LARGE_FIGURE,
    ...splitAtFigure(text, figure),
  };
  const quote = format === 'brief' ? '' : (figure?.quote ?? '');
  const sourceWords = [shown.summary?.text ?? '', ...shown.keywords];
  return { ...view, wordCount: countWords([title, view.byline, text, quote, ...sourceWords]) };
}

function formatLine(text: string): string {
  return truncateText(toSingleLine(text), MAX_TEXT);
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

/** In characters. No real paper has longer texts; one that has must not fill the email. */
const MAX_TITLE = 400;
const MAX_LABEL = 32;
const MAX_BYLINE = 300;
const MAX_TEXT = 1_000;

/** In characters. A longer figure is set smaller. */
const LONGEST_LARGE_FIGURE = 6;
