import { DIGEST_EMAIL_COPY } from '../../copy/en/emails/digest.ts';
import type { Digest, RankedPaper, SelectedPaper, Selection } from '../../domain/digests/digest.ts';
import type { LayoutItem } from '../../domain/digests/digest-layout.ts';
import { isToken } from '../../domain/links/tokens.ts';
import { usesFeedback } from '../../domain/ranking/reason.ts';
import type { Preferences } from '../../domain/subscribers/subscriber.ts';
import { type Chunk, createTextChunk } from '../encoding/chunk.ts';
import { toSingleLine } from '../encoding/printable.ts';
import { wrapText } from '../encoding/wrap.ts';
import type { MailTemplates } from '../templates/mail-templates.ts';
import { appendChunks, fillFragment } from '../templates/placeholders.ts';
import type { Sender } from '../templates/sender.ts';
import type { DayFacts, EarlierDigest } from './digest-note.ts';
import { describeSelectionBasis } from './digest-text.ts';
import type { RenderContext } from './render-fragments.ts';
import {
  createEscapedChunk,
  createSharedFragments,
  renderSentence,
  type SharedFragments,
} from './shared-fragments.ts';

/** What makes a digest that of one subscriber. */
export interface DigestPersonalization {
  /** 22 characters of the base64url alphabet, part of every personal link. */
  token: string;
  selection: Selection;
  darkHorseRank: number | null;
  topicNames: string[];
  keywords: string[];
  /** Authors and organisations that the subscriber follows. */
  names: string[];
  preferences: Pick<Preferences, 'frequency' | 'hour' | 'timezone' | 'relevanceThreshold'>;
  /** The day of the sign-up, `YYYY-MM-DD`. */
  signedUpOn: string | null;
  email: string;
  /** Whether clicks on papers may be counted. Titles then link to a redirect of ours. */
  allowsClicks: boolean;
  /** Whether a source's own summary of a paper is shown. */
  showsSummaries: boolean;
  /** The day of the first digest since the last mail that was skipped as not relevant enough,
   *  `YYYY-MM-DD`; null when none was. */
  quietSince: string | null;
}

/** What a digest needs to be rendered as mail. */
interface DigestRendererOptions {
  templates: MailTemplates;
  sender: Sender;
  digest: Digest;
  /** The papers of the digest, by rank. */
  papers: readonly RankedPaper[];
  /** By slug. @defaultValue none */
  topicNames?: ReadonlyMap<string, string>;
  /** The previous digests of this kind, the newest first. @defaultValue none */
  earlier?: readonly EarlierDigest[];
  /** Explains days without a digest. @defaultValue `CALENDAR_ONLY` */
  days?: DayFacts;
}

/** A digest rendered for one subscriber: the chunks, joined, are its HTML and its plain text. */
export interface RenderedDigest {
  subject: string;
  html: Chunk[];
  text: Chunk[];
}

/** Renders a digest as mail. What subscribers share is rendered and encoded once, when the first of
 *  them needs it. */
export interface DigestRenderer {
  digest: Digest;
  sender: Sender;
  /** @throws RangeError for a malformed token, an empty selection, or a rank that the digest
   *  lacks. */
  render(personalization: DigestPersonalization): RenderedDigest;
}

/** A renderer of `digest`. */
export function createDigestRenderer({
  papers,
  topicNames = new Map(),
  earlier = [],
  ...others
}: DigestRendererOptions): DigestRenderer {
  const { digest, sender } = others;
  const context: RenderContext = { ...others, topicNames, earlier, papersRead: papers.length };
  const shared = createSharedFragments(context, papers);
  const hasSite = sender.links !== null;
  return {
    digest,
    sender,
    render: (personalization) => {
      checkPersonalization(personalization);
      return renderDigest(shared, personalization, hasSite);
    },
  };
}

function renderDigest(
  shared: SharedFragments,
  personalization: DigestPersonalization,
  hasSite: boolean,
): RenderedDigest {
  const { selection } = personalization;
  const chosenCount = selection.length;
  const darkHorse = selection.findIndex(({ rank }) => rank === personalization.darkHorseRank);
  const layoutItems = shared.layOut(chosenCount, darkHorse);
  const ranks = layoutItems.map(({ selectionIndex: index }) => requireRank(selection, index));
  const preheader = shared.preheader(ranks, chosenCount);
  // Not cached: it differs for nearly every subscriber.
  const selectionBasis = renderSentence(
    describeSelectionBasis({ ...personalization, hasFeedback: usesFeedback(selection) }),
  );
  const subscriptionReason = shared.subscriptionReason(personalization.preferences);
  const notes = shared.notes(personalization);
  const { email, signedUpOn } = personalization;
  const signUpSentence = hasSite
    ? DIGEST_EMAIL_COPY.signUp({
        email: toSingleLine(email),
        day: signedUpOn === null ? null : shared.day(signedUpOn),
      })
    : '';
  const signUpSentenceHtml = createEscapedChunk(signUpSentence);
  const ownBytes =
    sumBytes([...preheader, signUpSentenceHtml]) +
    selectionBasis.htmlBytes +
    notes.htmlBytes +
    subscriptionReason.htmlBytes;
  const availableBytes = MAX_HTML_BYTES - shared.layouts(chosenCount, 0).htmlBytes - ownBytes;
  const papers = placePapers(shared, personalization, layoutItems, availableBytes);
  const layout = shared.layouts(chosenCount, chosenCount - papers.fittedCount);
  return {
    subject: shared.subject(ranks),
    html: fillFragment(layout.html, {
      preheader,
      selectionBasis: selectionBasis.html,
      notes: notes.html,
      subscriptionReason: [subscriptionReason.html, signUpSentenceHtml],
      readingTime: shared.readingTime(papers.wordCount),
      papers: papers.html,
    }),
    text: fillFragment(layout.text, {
      summary: shared.summary(chosenCount, papers.wordCount),
      notes: notes.text,
      selectionBasis: selectionBasis.text,
      subscriptionReason: createTextChunk(
        wrapText(`${subscriptionReason.sentence} ${signUpSentence}`.trimEnd()),
      ),
      papers: papers.text,
    }),
  };
}

interface PlacedPapers {
  html: Chunk[];
  /** How many papers the HTML has room for: all, unless the briefs would make it too long. */
  fittedCount: number;
  /** Their words. */
  wordCount: number;
  text: Chunk[];
}

/** The papers in their order, with the headings between them. */
function placePapers(
  shared: SharedFragments,
  { selection, allowsClicks, showsSummaries }: DigestPersonalization,
  layoutItems: readonly LayoutItem[],
  availableBytes: number,
): PlacedPapers {
  const { headings } = shared;
  const html: Chunk[] = [];
  const text: Chunk[] = [];
  let [bytes, fittedCount, wordCount] = [0, 0, 0];
  let isFull = false;
  for (let position = 0; position < layoutItems.length; position += 1) {
    const {
      selectionIndex: index,
      format,
      isFirstBrief,
      isRuled,
    } = layoutItems[position] as LayoutItem;
    const { rank, reason } = selection[index] as SelectedPaper;
    const variant = { format, isRuled, isClickTracked: allowsClicks, showsSummaries };
    const paper = shared.paper(rank, variant, reason);
    if (format === 'darkHorse') text.push(headings.text.darkHorse);
    else if (isFirstBrief) text.push(headings.text.briefs);
    appendChunks(text, paper.textAt(position));
    bytes += paper.htmlBytes;
    isFull ||= bytes > availableBytes && format === 'brief';
    if (isFull) continue;
    if (isFirstBrief) html.push(headings.html.briefs);
    appendChunks(html, paper.html);
    wordCount += paper.wordCount;
    fittedCount += 1;
  }
  return { html, fittedCount, wordCount, text };
}

function requireRank(selection: Selection, index: number): number {
  return (selection[index] as SelectedPaper).rank;
}

/** Encoded bytes: at least those of the HTML. */
function sumBytes(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function checkPersonalization({ token, selection }: DigestPersonalization): void {
  if (!isToken(token))
    throw new RangeError('The token of a digest must be 22 base64url characters.');
  if (selection.length === 0) throw new RangeError('A digest needs at least one selected paper.');
}

/** Gmail clips HTML at about 102 KB. Our limit is 90 KB, less the sentences whose length depends on
 *  how many papers fit. */
const MAX_HTML_BYTES = 89_000;
