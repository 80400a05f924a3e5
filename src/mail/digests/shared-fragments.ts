import Handlebars from 'handlebars';
import { DIGEST_EMAIL_COPY } from '../../copy/en/emails/digest.ts';
import { formatDate, formatLongDate } from '../../copy/en/format.ts';
import { describeReason, joinReason, type ReasonText } from '../../copy/en/reasons.ts';
import type { RankedPaper } from '../../domain/digests/digest.ts';
import {
  DISPLAY_FORMATS,
  type DisplayFormat,
  type LayoutItem,
  layOutPapers,
} from '../../domain/digests/digest-layout.ts';
import { memoise, memoisePair } from '../../domain/memoise.ts';
import type { Reason } from '../../domain/ranking/reason.ts';
import type { Preferences, RelevanceThreshold } from '../../domain/subscribers/subscriber.ts';
import { countWords } from '../../domain/text/shown-text.ts';
import { type Chunk, createHtmlChunk, createTextChunk, joinChunks } from '../encoding/chunk.ts';
import { toSingleLine, truncateText } from '../encoding/printable.ts';
import { wrapText } from '../encoding/wrap.ts';
import { fillFragment, measureFixedBytes } from '../templates/placeholders.ts';
import { createSiteView } from '../templates/site-view.ts';
import { composeNote, type NoteRecipient } from './digest-note.ts';
import {
  createPreheader,
  describeReadingTime,
  formatPapersSubject,
  padPreheader,
  shortenForPreheader,
} from './digest-text.ts';
import {
  type DigestLayouts,
  type Headings,
  INDENT,
  type PaperVariant,
  type RenderContext,
  type RenderedPaper,
  renderHeadings,
  renderKicker,
  renderLayouts,
  renderNote,
  renderPaper,
} from './render-fragments.ts';

/** A text as HTML and as plain text. */
interface RenderedText {
  html: Chunk;
  text: Chunk;
  /** Length of the HTML. */
  htmlBytes: number;
}

/** A paper with its reason. */
interface PaperWithReason {
  html: readonly Chunk[];
  /** Length of the HTML, tokens included. */
  htmlBytes: number;
  /** Visible words. */
  wordCount: number;
  /** As plain text. `position` counts from 0. */
  textAt(position: number): readonly Chunk[];
}

/** What the mails of a digest share. Each part is rendered when first needed, then cached. */
export interface SharedFragments {
  headings: Headings;
  paper(rank: number, variant: PaperVariant, reason: Reason): PaperWithReason;
  layouts(chosen: number, omittedCount: number): DigestLayouts;
  /** `darkHorse` is -1 when there is none. */
  layOut(count: number, darkHorse: number): readonly LayoutItem[];
  /** For papers of these ranks. */
  subject(ranks: readonly number[]): string;
  /** The preheader, in chunks. */
  preheader(ranks: readonly number[], chosen: number): Chunk[];
  /** `49 papers read, 10 chosen for you. A four-minute read.` */
  summary(chosen: number, words: number): Chunk;
  readingTime(words: number): Chunk;
  /** The note at the top; empty when there is none. */
  notes(recipient: NoteRecipient): RenderedText;
  /** Begins the sentence why this mail was sent; the sign-up completes it. */
  subscriptionReason(preferences: Pick<Preferences, 'frequency' | 'hour' | 'timezone'>): {
    sentence: string;
    html: Chunk;
    htmlBytes: number;
  };
  /** A day as text, such as `8 May 2026`. */
  day(day: string): string;
}

/** Maximum of cached papers, each with one reason. */
const MAX_CACHED_PAPERS = 4_000;

/** Maximum of papers and reasons whose rendering is remembered. */
const MAX_CACHED_LOOKUPS = 20_000;

/** Maximum of papers named in a preheader. */
const MAX_PREHEADER_NAMES = 8;

/** In characters. */
const MAX_REASON = 300;
const MAX_LABEL = 100;

/** The fragments of a digest. `paper` throws a RangeError for a rank that the digest lacks. */
export function createSharedFragments(
  context: RenderContext,
  papers: readonly RankedPaper[],
): SharedFragments {
  const byRank = new Map(papers.map((paper) => [paper.rank, paper]));
  const longDay = formatLongDate(context.digest.date);
  const { siteName } = createSiteView(context.sender);
  const rendered = memoise((variant: number) => {
    const { rank, ...how } = decodeVariantKey(variant);
    const paper = renderPaper(context, requirePaper(byRank, rank), how);
    return { ...paper, bytes: measureFixedBytes(paper.html) };
  });
  const renderedReason = memoisePair(
    (format: DisplayFormat, reason: ReasonText): RenderedReason => {
      const html = renderKicker(context, reason, format);
      const words = joinReason(reason);
      const text = createTextChunk(words === '' ? '' : `${wrapText(words, INDENT)}\n`);
      return { html, text, htmlBytes: html.bytes.length, wordCount: countWords([words]) };
    },
    MAX_CACHED_PAPERS,
  );
  const number = memoise((position: number) =>
    createTextChunk(`${String(position + 1).padStart(2)}.`),
  );
  const findTitle = memoise(
    (rank: number) => toSingleLine(requirePaper(byRank, rank).title) || siteName,
  );
  const findShortTitle = memoise((rank: number) => shortenForPreheader(findTitle(rank)));
  const period = context.digest.kind;
  const reasonContext = { period, topicNames: context.topicNames };
  const intern = memoisePair(createReasonText, MAX_CACHED_PAPERS);
  const describe = memoisePair((rank: number, reason: Reason) => {
    const topics = requirePaper(byRank, rank).topics.map(({ slug }) => slug);
    const { label, sentence } = describeReason(reason, topics, reasonContext);
    return intern(label, sentence);
  }, MAX_CACHED_PAPERS);
  const paper = memoisePair((variant: number, reason: ReasonText) => {
    const { format } = decodeVariantKey(variant);
    return renderPaperWithReason(rendered(variant), renderedReason(format, reason), number);
  }, MAX_CACHED_PAPERS);
  // One lookup for each paper of each mail. Reasons that read alike share their rendering.
  const findPaper = memoisePair(
    (variant: number, reason: Reason) =>
      paper(variant, describe(decodeVariantKey(variant).rank, reason)),
    MAX_CACHED_LOOKUPS,
  );
  // A paper without a summary is the same for all.
  const summarised = new Set(
    papers.filter(({ details }) => details.summary).map(({ rank }) => rank),
  );
  const hasSummary = (rank: number) => summarised.has(rank);
  const facts = { ...context, papers };
  const notes = memoise((relevanceThreshold: RelevanceThreshold) =>
    memoise((quietSince: string | null) =>
      memoisePreferences((preferences) =>
        renderNotes(
          context,
          composeNote(facts, { preferences: { ...preferences, relevanceThreshold }, quietSince }),
        ),
      ),
    ),
  );
  const subject = memoisePair((papersInMail: number, top: number) =>
    formatPapersSubject(findTitle(top), { count: papersInMail, period }),
  );
  const paperCount = memoise((chosen: number) =>
    DIGEST_EMAIL_COPY.paperCount({ read: context.papersRead, chosen }),
  );
  const readingTime = memoise((words: number) => describeReadingTime(words));
  const escapedText = memoise((words: string) => createEscapedChunk(words));
  const padding = memoise((length: number) => createHtmlChunk(padPreheader(length)));
  return {
    headings: renderHeadings(context),
    paper: (rank, variant, reason) =>
      findPaper(encodeVariantKey(rank, variant, hasSummary(rank)), reason),
    layouts: memoisePair((chosen: number, omittedCount: number) =>
      renderLayouts(context, chosen, omittedCount),
    ),
    layOut: memoisePair((chosen: number, darkHorse: number) =>
      layOutPapers(chosen, darkHorse === -1 ? null : darkHorse),
    ),
    subject: (ranks) => (ranks[0] === undefined ? siteName : subject(ranks.length, ranks[0])),
    preheader: (ranks, chosen) => {
      const names = ranks.slice(0, MAX_PREHEADER_NAMES).map(findShortTitle);
      const parts = createPreheader({ names, paperCount: paperCount(chosen), day: longDay });
      const length = parts.join(' ').length;
      return [...parts.map(escapedText), padding(length)];
    },
    summary: memoisePair((chosen: number, words: number) =>
      createTextChunk(wrapText(`${paperCount(chosen)} ${readingTime(words)}`)),
    ),
    readingTime: memoise((words: number) => createEscapedChunk(readingTime(words))),
    notes: ({ quietSince, preferences }) =>
      notes(preferences.relevanceThreshold)(quietSince)(preferences),
    subscriptionReason: memoisePreferences((preferences) => {
      const { subscriptionReason, subscriptionReasonWithoutSite } = DIGEST_EMAIL_COPY;
      const sentence = toSingleLine(
        context.sender.links === null
          ? subscriptionReasonWithoutSite(siteName)
          : subscriptionReason({ siteName, preferences }),
      );
      const html = createEscapedChunk(`${sentence} `);
      return { sentence, html, htmlBytes: html.bytes.length };
    }),
    day: memoise(formatDate),
  };
}

/** A sentence as HTML and as plain text. */
export function renderSentence(sentence: string): RenderedText {
  return createRenderedText(createEscapedChunk(sentence), createTextChunk(wrapText(sentence)));
}

function createRenderedText(html: Chunk, text: Chunk): RenderedText {
  return { html, text, htmlBytes: html.bytes.length };
}

/** Escaped for HTML. */
export function createEscapedChunk(text: string): Chunk {
  return createHtmlChunk(Handlebars.escapeExpression(text));
}

/** A note as one paragraph; empty for an empty note. */
function renderNotes(context: RenderContext, note: string): RenderedText {
  if (note === '') return createRenderedText(joinChunks([]), joinChunks([]));
  return createRenderedText(renderNote(context, note), createTextChunk(`${wrapText(note)}\n\n`));
}

function createReasonText(label: string, sentence: string): ReasonText {
  return {
    label: truncateText(toSingleLine(label), MAX_LABEL),
    sentence: truncateText(toSingleLine(sentence), MAX_REASON),
  };
}

interface RenderedReason extends RenderedText {
  wordCount: number;
}

function renderPaperWithReason(
  paper: RenderedPaper & { bytes: number },
  reason: RenderedReason,
  numberAt: (position: number) => Chunk,
): PaperWithReason {
  const texts: (readonly Chunk[])[] = [];
  const textAt = (position: number) =>
    fillFragment(paper.text, { number: numberAt(position), reason: reason.text });
  return {
    html: fillFragment(paper.html, { reason: reason.html }),
    htmlBytes: paper.bytes + reason.htmlBytes,
    wordCount: paper.view.wordCount + reason.wordCount,
    textAt: (position) => (texts[position] ??= textAt(position)),
  };
}

/** A paper in one variant as a number: the cheapest key of a cache. */
function encodeVariantKey(
  rank: number,
  { format, isRuled, isClickTracked, showsSummaries }: PaperVariant,
  hasSummary: boolean,
): number {
  const position = rank * DISPLAY_FORMATS.length + DISPLAY_FORMATS.indexOf(format);
  const ruled = position * 2 + (isRuled ? 1 : 0);
  const tracked = ruled * 2 + (isClickTracked ? 1 : 0);
  return tracked * 2 + (showsSummaries && hasSummary ? 1 : 0);
}

function decodeVariantKey(variant: number): PaperVariant & { rank: number } {
  const tracked = Math.floor(variant / 2);
  const ruled = Math.floor(tracked / 2);
  const position = Math.floor(ruled / 2);
  return {
    rank: Math.floor(position / DISPLAY_FORMATS.length),
    format: DISPLAY_FORMATS[position % DISPLAY_FORMATS.length] ?? 'brief',
    isRuled: ruled % 2 === 1,
    isClickTracked: tracked % 2 === 1,
    showsSummaries: variant % 2 === 1,
  };
}

function memoisePreferences<Value>(
  make: (preferences: Pick<Preferences, 'frequency' | 'hour' | 'timezone'>) => Value,
): (preferences: Pick<Preferences, 'frequency' | 'hour' | 'timezone'>) => Value {
  const made = memoisePair((timezone: string, hour: number) =>
    memoise((frequency: Preferences['frequency']) => make({ frequency, hour, timezone })),
  );
  return ({ frequency, hour, timezone }) => made(timezone, hour)(frequency);
}

function requirePaper(byRank: ReadonlyMap<number, RankedPaper>, rank: number): RankedPaper {
  const paper = byRank.get(rank);
  if (paper === undefined) throw new RangeError(`The digest has no paper of rank ${rank}.`);
  return paper;
}
