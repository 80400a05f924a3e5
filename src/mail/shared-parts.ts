import Handlebars from 'handlebars';
import { describeDay, describeLongDay } from '../domain/describe.ts';
import type { RankedPaper } from '../domain/digest.ts';
import type { Preferences } from '../domain/subscriber.ts';
import { papersOf, preheaderOf, readingTimeOf, subjectOf, whyOf } from './edition-words.ts';
import { FORMS, type Form, layOut, type Place } from './layout.ts';
import { memoise, memoisePair } from './memoise.ts';
import { countWords } from './paper-view.ts';
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
  renderPaper,
} from './render-parts.ts';
import { viewSite } from './site-view.ts';
import { fillPart } from './slots.ts';
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
  html: Piece;
  /** Length of the HTML. */
  bytes: number;
  /** Words that a reader sees. */
  words: number;
  /** As plain text, numbered for this place, from 0. */
  textAt(place: number): Piece;
}

/** What copies of an edition share, made when the first one needs it. */
export interface SharedParts {
  headings: Headings;
  paper(rank: number, form: Form, isRuled: boolean, reason: string): PaperWithReason;
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
  /** Why there is mail at this moment; the reader's address goes on. */
  why(preferences: Pick<Preferences, 'frequency' | 'hour' | 'timezone'>): Words;
  /** A day as words. */
  day(day: string): string;
}

/** Papers with their reasons that are kept; each takes a few KB. */
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
    const { rank, form, isRuled } = readVariantKey(variant);
    return renderPaper(context, paperOf(byRank, rank), form, isRuled);
  });
  const nameOf = memoise((rank: number) => rendered(variantKey(rank, 'brief', false)).view.name);
  const paper = memoisePair(
    (variant: number, reason: string) => paperWithReason(rendered(variant), reasonLine(reason)),
    MOST_PAPERS,
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
    paper: (rank, form, isRuled, reason) => paper(variantKey(rank, form, isRuled), reason),
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

function paperWithReason(rendered: RenderedPaper, reason: string): PaperWithReason {
  const html = escaped(reason);
  const wrapped = pieceOf(wrap(reason, INDENT));
  const texts: Piece[] = [];
  const textAt = (place: number): Piece => {
    const number = pieceOf(`${String(place + 1).padStart(2)}. `);
    return joined(fillPart(rendered.text, { number, reason: wrapped }));
  };
  return {
    html: joined(fillPart(rendered.html, { reason: html })),
    bytes: rendered.htmlBytes + byteLengthOf(html),
    words: rendered.view.words + countWords([reason]),
    textAt: (place) => (texts[place] ??= textAt(place)),
  };
}

/** A paper of a rank in one form, ruled or not, as one number: to look it up costs next to nothing. */
function variantKey(rank: number, form: Form, isRuled: boolean): number {
  return (rank * FORMS.length + FORMS.indexOf(form)) * 2 + (isRuled ? 1 : 0);
}

function readVariantKey(variant: number): { rank: number; form: Form; isRuled: boolean } {
  const place = Math.floor(variant / 2);
  const form = FORMS[place % FORMS.length] ?? 'brief';
  return { rank: Math.floor(place / FORMS.length), form, isRuled: variant % 2 === 1 };
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
