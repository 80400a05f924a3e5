import Handlebars from 'handlebars';
import { describeDay, describeLongDay } from '../domain/describe.ts';
import type { RankedPaper } from '../domain/digest.ts';
import { FORMS, layOut, type Place } from '../domain/layout.ts';
import { memoise, memoisePair } from '../domain/memoise.ts';
import { countWords } from '../domain/shown-text.ts';
import type { Bar, Preferences } from '../domain/subscriber.ts';
import { papersOf, preheaderOf, readingTimeOf, subjectOf, whyOf } from './edition-words.ts';
import { type NoteReader, noteFor } from './note-words.ts';
import { byteLengthOf, joined, type Piece, pieceOf } from './piece.ts';
import { clip, oneLine } from './printable.ts';
import {
  type Frames,
  type Headings,
  INDENT,
  type RenderContext,
  type RenderedPaper,
  renderFrames,
  renderHeadings,
  renderNote,
  renderPaper,
  type Variant,
} from './render-parts.ts';
import { viewSite } from './site-view.ts';
import { bytesOf, fillPart } from './slots.ts';
import { wrap } from './wrap.ts';

/** Words for the HTML and for the plain text. */
export interface Words {
  html: Piece;
  text: Piece;
  /** Length of the HTML. */
  bytes: number;
}

/** A paper with its reason. */
export interface PaperWithReason {
  html: readonly Piece[];
  /** Length of the HTML, tokens among it. */
  bytes: number;
  /** Words that a reader sees. */
  words: number;
  /** As plain text, numbered for this place, from 0. */
  textAt(place: number): readonly Piece[];
}

/** What copies of an edition share, made when the first one needs it. */
export interface SharedParts {
  headings: Headings;
  paper(rank: number, variant: Variant, reason: string): PaperWithReason;
  frames(chosen: number, cut: number): Frames;
  /** `darkHorse` is -1 when there is none. */
  layOut(count: number, darkHorse: number): readonly Place[];
  /** For papers of these ranks. */
  subject(ranks: readonly number[]): string;
  /** Behind one another they are the preheader. */
  preheader(ranks: readonly number[], chosen: number): Piece[];
  /** `49 papers read, 10 chosen for you. A four-minute read.` */
  summary(chosen: number, words: number): Piece;
  readingTime(words: number): Piece;
  /** What is to be explained near the top. */
  notes(reader: NoteReader): Words;
  /** Why there is mail at this moment; the reader's address goes on. */
  why(preferences: Pick<Preferences, 'frequency' | 'hour' | 'timezone'>): Words;
  /** A day as words. */
  day(day: string): string;
}

/** Papers with their reasons that are kept. */
const MOST_PAPERS = 4_000;

/** Papers that a preheader may name. */
const MOST_IN_PREHEADER = 8;

/** In characters. */
const MAX_REASON = 300;

/** Empty at first: each part is made when the first copy needs it. */
export function openSharedParts(
  context: RenderContext,
  papers: readonly RankedPaper[],
): SharedParts {
  const byRank = new Map(papers.map((paper) => [paper.rank, paper]));
  const longDay = describeLongDay(context.digest.date);
  const { siteName } = viewSite(context.sender);
  const rendered = memoise((variant: number) => {
    const { rank, ...how } = readVariantKey(variant);
    const paper = renderPaper(context, paperOf(byRank, rank), how);
    return { ...paper, bytes: bytesOf(paper.html) };
  });
  const reasonWords = memoise((reason: string): ReasonWords => {
    const html = escaped(reason);
    const text = pieceOf(wrap(reason, INDENT));
    return { html, text, bytes: byteLengthOf(html), words: countWords([reason]) };
  });
  const number = memoise((place: number) => pieceOf(`${String(place + 1).padStart(2)}. `));
  const nameOf = memoise((rank: number) => rendered(variantKey(rank, PLAIN)).view.name);
  const paper = memoisePair(
    (variant: number, reason: string) =>
      paperWithReason(rendered(variant), reasonWords(reasonLine(reason)), number),
    MOST_PAPERS,
  );
  const facts = { ...context, papers };
  const notes = memoise((bar: Bar) =>
    memoise((quietSince: string | null) =>
      memoisePreferences((preferences) =>
        notesOf(context, noteFor(facts, { preferences: { ...preferences, bar }, quietSince })),
      ),
    ),
  );
  const subject = memoisePair(
    (papersInMail: number, top: number) => subjectOf(nameOf(top), papersInMail) || siteName,
  );
  const count = memoise(
    (chosen: number) => `${papersOf(context.papersRead)} read, ${chosen} chosen for you.`,
  );
  const readingTime = memoise((words: number) => readingTimeOf(words));
  const escapedWords = memoise((words: string) => escaped(words));
  return {
    headings: renderHeadings(context),
    paper: (rank, variant, reason) => paper(variantKey(rank, variant), reason),
    frames: memoisePair((chosen: number, cut: number) => renderFrames(context, chosen, cut)),
    layOut: memoisePair((chosen: number, darkHorse: number) =>
      layOut(chosen, darkHorse === -1 ? null : darkHorse),
    ),
    subject: (ranks) => (ranks[0] === undefined ? siteName : subject(ranks.length, ranks[0])),
    preheader: (ranks, chosen) => {
      const names = ranks.slice(0, MOST_IN_PREHEADER).map(nameOf);
      return preheaderOf({ names, count: count(chosen), day: longDay }).map(escapedWords);
    },
    summary: memoisePair((chosen: number, words: number) =>
      pieceOf(wrap(`${count(chosen)} ${readingTime(words)}`)),
    ),
    readingTime: memoise((words: number) => escaped(readingTime(words))),
    notes: ({ quietSince, preferences }) => notes(preferences.bar)(quietSince)(preferences),
    why: memoisePreferences((preferences) => {
      const sentence = whyOf(siteName, preferences);
      return wordsOf(escaped(`${sentence} `), pieceOf(`${wrap(sentence)}\n`));
    }),
    day: memoise(describeDay),
  };
}

/** A sentence for both forms. */
export function wordsFor(sentence: string): Words {
  return wordsOf(escaped(sentence), pieceOf(wrap(sentence)));
}

function wordsOf(html: Piece, text: Piece): Words {
  return { html, text, bytes: byteLengthOf(html) };
}

/** Escaped for HTML. */
export function escaped(text: string): Piece {
  return pieceOf(Handlebars.escapeExpression(text));
}

/** One paragraph of what is to be said; nothing when nothing is. */
function notesOf(context: RenderContext, note: string): Words {
  if (note === '') return wordsOf(joined([]), joined([]));
  return wordsOf(renderNote(context, note), pieceOf(`${wrap(note)}\n\n`));
}

interface ReasonWords extends Words {
  words: number;
}

function paperWithReason(
  paper: RenderedPaper & { bytes: number },
  reason: ReasonWords,
  numberOf: (place: number) => Piece,
): PaperWithReason {
  const texts: (readonly Piece[])[] = [];
  const textAt = (place: number) =>
    fillPart(paper.text, { number: numberOf(place), reason: reason.text });
  return {
    html: fillPart(paper.html, { reason: reason.html }),
    bytes: paper.bytes + reason.bytes,
    words: paper.view.words + reason.words,
    textAt: (place) => (texts[place] ??= textAt(place)),
  };
}

const PLAIN: Variant = { form: 'brief', isRuled: false, isCounted: false };

/** A paper of a rank in one variant as one number: to look it up costs next to nothing. */
function variantKey(rank: number, { form, isRuled, isCounted }: Variant): number {
  const place = (rank * FORMS.length + FORMS.indexOf(form)) * 2 + (isRuled ? 1 : 0);
  return place * 2 + (isCounted ? 1 : 0);
}

function readVariantKey(variant: number): Variant & { rank: number } {
  const ruled = Math.floor(variant / 2);
  const place = Math.floor(ruled / 2);
  return {
    rank: Math.floor(place / FORMS.length),
    form: FORMS[place % FORMS.length] ?? 'brief',
    isRuled: ruled % 2 === 1,
    isCounted: variant % 2 === 1,
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

function reasonLine(reason: string): string {
  return clip(oneLine(reason), MAX_REASON);
}

function paperOf(byRank: ReadonlyMap<number, RankedPaper>, rank: number): RankedPaper {
  const paper = byRank.get(rank);
  if (paper === undefined) throw new RangeError(`The digest has no paper of rank ${rank}.`);
  return paper;
}
