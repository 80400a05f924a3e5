import type { Digest, RankedPaper, SelectedPaper, Selection } from '../../domain/digests/digest.ts';
import type { LayoutItem } from '../../domain/digests/digest-layout.ts';
import { isToken } from '../../domain/links/tokens.ts';
import type { Preferences } from '../../domain/subscribers/subscriber.ts';
import { type Chunk, createChunk } from '../encoding/chunk.ts';
import { wrapText } from '../encoding/wrap.ts';
import type { MailTemplates } from '../templates/mail-templates.ts';
import { fillFragment } from '../templates/placeholders.ts';
import type { Sender } from '../templates/sender.ts';
import { describeSelectionBasis, describeSignUp } from './digest-copy.ts';
import type { DayFacts, EarlierDigest } from './note-copy.ts';
import type { RenderContext } from './render-fragments.ts';
import {
  createEscapedChunk,
  createSharedFragments,
  renderSentence,
  type SharedFragments,
} from './shared-fragments.ts';

/** What makes one reader's copy of an edition. */
export interface DigestPersonalization {
  /** 22 characters of the base64url alphabet; stands in every link that is the reader's own. */
  token: string;
  selection: Selection;
  darkHorseRank: number | null;
  topicNames: string[];
  keywords: string[];
  preferences: Pick<Preferences, 'frequency' | 'hour' | 'timezone' | 'relevanceThreshold'>;
  /** The day of the sign-up, `YYYY-MM-DD`. */
  signedUpOn: string | null;
  email: string;
  /** Whether clicks on papers may be counted: then titles lead by way of us. */
  allowsClicks: boolean;
  /** The day of the first digest since the last mail that held too little to be sent, `YYYY-MM-DD`. */
  quietSince: string | null;
}

/** What an edition knows besides the digest. */
export interface DigestRenderFacts {
  /** By slug. */
  topicNames: ReadonlyMap<string, string>;
  /** The digests of this kind before, the newest first. */
  earlier: readonly EarlierDigest[];
  /** Of days without a digest. @defaultValue what the calendar tells */
  days?: DayFacts;
}

const NO_FACTS: DigestRenderFacts = { topicNames: new Map(), earlier: [] };

/** A copy put together: the pieces, one behind the other, are its HTML and its plain text. */
export interface RenderedDigest {
  subject: string;
  html: Chunk[];
  text: Chunk[];
}

/** A digest as mail: what readers share is rendered and encoded once, when the first one needs it. */
export interface DigestRenderer {
  digest: Digest;
  sender: Sender;
  /** @throws RangeError for a token that is none, an empty selection or a rank that the digest lacks. */
  render(personalization: DigestPersonalization): RenderedDigest;
}

/** The mail edition of `digest` with its ranked `papers`. */
export function createDigestRenderer(
  templates: MailTemplates,
  sender: Sender,
  digest: Digest,
  papers: readonly RankedPaper[],
  facts = NO_FACTS,
): DigestRenderer {
  const context: RenderContext = {
    templates,
    sender,
    digest,
    papersRead: papers.length,
    ...facts,
  };
  const shared = createSharedFragments(context, papers);
  return {
    digest,
    sender,
    render: (personalization) => {
      checkPersonalization(personalization);
      return renderDigest(shared, personalization);
    },
  };
}

function renderDigest(
  shared: SharedFragments,
  personalization: DigestPersonalization,
): RenderedDigest {
  const { selection } = personalization;
  const chosenCount = selection.length;
  const darkHorse = selection.findIndex(({ rank }) => rank === personalization.darkHorseRank);
  const layoutItems = shared.layOut(chosenCount, darkHorse);
  const ranks = layoutItems.map(({ selectionIndex: at }) => requireRank(selection, at));
  const preheader = shared.preheader(ranks, chosenCount);
  // Not kept: nearly every reader has others.
  const selectionBasis = renderSentence(
    describeSelectionBasis(personalization.topicNames, personalization.keywords),
  );
  const subscriptionReason = shared.subscriptionReason(personalization.preferences);
  const notes = shared.notes(personalization);
  const signUpSentence = describeSignUp(
    personalization.email,
    personalization.signedUpOn === null ? null : shared.day(personalization.signedUpOn),
  );
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
      choice: selectionBasis.html,
      notes: notes.html,
      why: [subscriptionReason.html, signUpSentenceHtml],
      readingTime: shared.readingTime(papers.wordCount),
      papers: papers.html,
    }),
    text: fillFragment(layout.text, {
      summary: shared.summary(chosenCount, papers.wordCount),
      notes: notes.text,
      choice: selectionBasis.text,
      why: [subscriptionReason.text, createChunk(wrapText(signUpSentence))],
      papers: papers.text,
    }),
  };
}

interface PlacedPapers {
  html: Chunk[];
  /** How many of them the HTML has room for: all, unless the briefs would make it too long. */
  fittedCount: number;
  /** Words of those. */
  wordCount: number;
  text: Chunk[];
}

/** The papers in their places, behind their headings. */
function placePapers(
  shared: SharedFragments,
  { selection, allowsClicks }: DigestPersonalization,
  layoutItems: readonly LayoutItem[],
  availableBytes: number,
): PlacedPapers {
  const { headings } = shared;
  const html: (readonly Chunk[])[] = [];
  const text: (readonly Chunk[])[] = [];
  let [bytes, fittedCount, wordCount] = [0, 0, 0];
  let isFull = false;
  for (let position = 0; position < layoutItems.length; position += 1) {
    const {
      selectionIndex: at,
      format: form,
      isFirstBrief,
      isRuled,
    } = layoutItems[position] as LayoutItem;
    const { rank, reason } = selection[at] as SelectedPaper;
    const paper = shared.paper(rank, { form, isRuled, isClickTracked: allowsClicks }, reason);
    if (form === 'darkHorse') text.push([headings.text.darkHorse]);
    else if (isFirstBrief) text.push([headings.text.briefs]);
    text.push(paper.textAt(position));
    bytes += paper.htmlBytes;
    isFull ||= bytes > availableBytes && form === 'brief';
    if (isFull) continue;
    if (isFirstBrief) html.push([headings.html.briefs]);
    html.push(paper.html);
    wordCount += paper.wordCount;
    fittedCount += 1;
  }
  return {
    html: NO_CHUNKS.concat(...html),
    fittedCount,
    wordCount,
    text: NO_CHUNKS.concat(...text),
  };
}

const NO_CHUNKS: readonly Chunk[] = [];

function requireRank(selection: Selection, at: number): number {
  return (selection[at] as SelectedPaper).rank;
}

/** In the message, and so at least that of the HTML. */
function sumBytes(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function checkPersonalization({ token, selection }: DigestPersonalization): void {
  if (!isToken(token)) throw new RangeError('The token of a copy is not 22 base64url characters.');
  if (selection.length === 0) throw new RangeError('A copy needs at least one selected paper.');
}

/** Gmail clips a mail near 102 KB of HTML. 90 KB, less what a repeated token and the words that
 *  depend on what has room may add. */
const MAX_HTML_BYTES = 89_000;
