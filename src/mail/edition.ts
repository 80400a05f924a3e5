import type { Digest, RankedPaper, SelectedPaper, Selection } from '../domain/digest.ts';
import type { Place } from '../domain/layout.ts';
import type { Preferences } from '../domain/subscriber.ts';
import { isToken } from '../domain/tokens.ts';
import { askedOf, choiceOf } from './edition-words.ts';
import type { DayFacts, EarlierDigest } from './note-words.ts';
import { type Piece, pieceOf } from './piece.ts';
import type { RenderContext } from './render-parts.ts';
import type { Sender } from './sender.ts';
import { escaped, openSharedParts, type SharedParts, wordsFor } from './shared-parts.ts';
import { fillPart } from './slots.ts';
import type { MailTemplates } from './templates.ts';
import { wrap } from './wrap.ts';

/** What makes one reader's copy of an edition. */
export interface Copy {
  /** 22 characters of the base64url alphabet; stands in every link that is the reader's own. */
  token: string;
  selection: Selection;
  darkHorseRank: number | null;
  topicNames: string[];
  keywords: string[];
  preferences: Pick<Preferences, 'frequency' | 'hour' | 'timezone' | 'bar'>;
  /** The day of the sign-up, `YYYY-MM-DD`. */
  askedOn: string | null;
  email: string;
  /** Whether clicks on papers may be counted: then titles lead by way of us. */
  allowsClicks: boolean;
  /** The day of the first digest since the last mail that held too little to be sent, `YYYY-MM-DD`. */
  quietSince: string | null;
}

/** What an edition knows besides the digest. */
export interface EditionFacts {
  /** By slug. */
  topicNames: ReadonlyMap<string, string>;
  /** The digests of this kind before, the newest first. */
  earlier: readonly EarlierDigest[];
  /** Of days without a digest. @defaultValue what the calendar tells */
  days?: DayFacts;
}

const NO_FACTS: EditionFacts = { topicNames: new Map(), earlier: [] };

/** A copy put together: the pieces, one behind the other, are its HTML and its plain text. */
export interface AssembledCopy {
  subject: string;
  html: Piece[];
  text: Piece[];
}

/** A digest as mail: what readers share is rendered and encoded once, when the first one needs it. */
export interface Edition {
  digest: Digest;
  sender: Sender;
  /** @throws RangeError for a token that is none, an empty selection or a rank that the digest lacks. */
  assemble(copy: Copy): AssembledCopy;
}

/** The mail edition of `digest` with its ranked `papers`. */
export function renderEdition(
  templates: MailTemplates,
  sender: Sender,
  digest: Digest,
  papers: readonly RankedPaper[],
  facts = NO_FACTS,
): Edition {
  const context: RenderContext = {
    templates,
    sender,
    digest,
    papersRead: papers.length,
    ...facts,
  };
  const shared = openSharedParts(context, papers);
  return {
    digest,
    sender,
    assemble: (copy) => {
      checkCopy(copy);
      return assemble(shared, copy);
    },
  };
}

function assemble(shared: SharedParts, copy: Copy): AssembledCopy {
  const { selection } = copy;
  const chosen = selection.length;
  const darkHorse = selection.findIndex(({ rank }) => rank === copy.darkHorseRank);
  const places = shared.layOut(chosen, darkHorse);
  const ranks = places.map(({ at }) => rankAt(selection, at));
  const preheader = shared.preheader(ranks, chosen);
  // Not kept: nearly every reader has others.
  const choice = wordsFor(choiceOf(copy.topicNames, copy.keywords));
  const why = shared.why(copy.preferences);
  const notes = shared.notes(copy);
  const asked = askedOf(copy.email, copy.askedOn === null ? null : shared.day(copy.askedOn));
  const askedHtml = escaped(asked);
  const own = lengthOf([...preheader, askedHtml]) + choice.bytes + notes.bytes + why.bytes;
  const room = MAX_HTML_BYTES - shared.frames(chosen, 0).htmlBytes - own;
  const papers = placePapers(shared, copy, places, room);
  const frame = shared.frames(chosen, chosen - papers.fitted);
  return {
    subject: shared.subject(ranks),
    html: fillPart(frame.html, {
      preheader,
      choice: choice.html,
      notes: notes.html,
      why: [why.html, askedHtml],
      readingTime: shared.readingTime(papers.words),
      papers: papers.html,
    }),
    text: fillPart(frame.text, {
      summary: shared.summary(chosen, papers.words),
      notes: notes.text,
      choice: choice.text,
      why: [why.text, pieceOf(wrap(asked))],
      papers: papers.text,
    }),
  };
}

interface PlacedPapers {
  html: Piece[];
  /** How many of them the HTML has room for: all, unless the briefs would make it too long. */
  fitted: number;
  /** Words of those. */
  words: number;
  text: Piece[];
}

/** The papers in their places, behind their headings. */
function placePapers(
  shared: SharedParts,
  { selection, allowsClicks }: Copy,
  places: readonly Place[],
  room: number,
): PlacedPapers {
  const { headings } = shared;
  const html: (readonly Piece[])[] = [];
  const text: (readonly Piece[])[] = [];
  let [bytes, fitted, words] = [0, 0, 0];
  let isFull = false;
  for (let place = 0; place < places.length; place += 1) {
    const { at, form, isFirstBrief, isRuled } = places[place] as Place;
    const { rank, reason } = selection[at] as SelectedPaper;
    const paper = shared.paper(rank, { form, isRuled, isCounted: allowsClicks }, reason);
    if (form === 'darkHorse') text.push([headings.text.darkHorse]);
    else if (isFirstBrief) text.push([headings.text.briefs]);
    text.push(paper.textAt(place));
    bytes += paper.bytes;
    isFull ||= bytes > room && form === 'brief';
    if (isFull) continue;
    if (isFirstBrief) html.push([headings.html.briefs]);
    html.push(paper.html);
    words += paper.words;
    fitted += 1;
  }
  return { html: NONE.concat(...html), fitted, words, text: NONE.concat(...text) };
}

const NONE: readonly Piece[] = [];

function rankAt(selection: Selection, at: number): number {
  return (selection[at] as SelectedPaper).rank;
}

/** In the message, and so at least that of the HTML. */
function lengthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function checkCopy({ token, selection }: Copy): void {
  if (!isToken(token)) throw new RangeError('The token of a copy is not 22 base64url characters.');
  if (selection.length === 0) throw new RangeError('A copy needs at least one selected paper.');
}

/** Gmail clips a mail near 102 KB of HTML. 90 KB, less what a repeated token and the words that
 *  depend on what has room may add. */
const MAX_HTML_BYTES = 89_000;
