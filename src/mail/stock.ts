import Handlebars from 'handlebars';
import { describeDay, describeLongDay } from '../domain/describe.ts';
import type { RankedPaper } from '../domain/digest.ts';
import type { Preferences } from '../domain/subscriber.ts';
import { papersOf, preheaderOf, readingTimeOf, subjectOf, whyOf } from './edition-words.ts';
import { FORMS, type Form, layOut, type Place } from './layout.ts';
import { memoise, memoisePair } from './memoise.ts';
import { countWords } from './paper-view.ts';
import {
  type Frames,
  type Headings,
  INDENT,
  type Press,
  type PrintedPaper,
  printFrames,
  printHeadings,
  printPaper,
} from './press.ts';
import { clip, oneLine } from './printable.ts';
import { viewSite } from './site-view.ts';
import { byteLengthOf, fillPart, joined, type Piece, pieceOf } from './slots.ts';
import { wrap } from './wrap.ts';

/** Words for the HTML and for the plain text. */
export interface Words {
  html: Piece;
  text: Piece;
  /** Length of the HTML. */
  bytes: number;
}

/** A paper with its reason. */
export interface SetPaper {
  html: Piece;
  /** Length of the HTML. */
  bytes: number;
  /** Words that a reader sees. */
  words: number;
  /** As plain text, numbered for this place, from 0. */
  textAt(place: number): Piece;
}

/** What copies of an edition share, made when the first one needs it. */
export interface Stock {
  headings: Headings;
  set(rank: number, form: Form, isRuled: boolean, reason: string): SetPaper;
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
const MOST_SET = 4_000;

/** Papers that a preheader may name. */
const MOST_IN_PREHEADER = 8;

/** In characters. */
const MAX_REASON = 300;

export function openStock(press: Press, papers: readonly RankedPaper[]): Stock {
  const byRank = new Map(papers.map((paper) => [paper.rank, paper]));
  const longDay = describeLongDay(press.digest.date);
  const { siteName } = viewSite(press.sender);
  const printed = memoise((face: number) => {
    const { rank, form, isRuled } = readFace(face);
    return printPaper(press, paperOf(byRank, rank), form, isRuled);
  });
  const nameOf = memoise((rank: number) => printed(faceOf(rank, 'brief', false)).view.name);
  const set = memoisePair(
    (face: number, reason: string) => setPaper(printed(face), reasonLine(reason)),
    MOST_SET,
  );
  const subject = memoisePair((count: number, top: number) => {
    const names = Array<string>(count).fill(nameOf(top));
    return subjectOf(names) || siteName;
  });
  const count = memoise(
    (chosen: number) => `${papersOf(press.papersRead)} read, ${chosen} chosen for you.`,
  );
  const readingTime = memoise((words: number) => readingTimeOf(words));
  const escapedWords = memoise((words: string) => escaped(words));
  return {
    headings: printHeadings(press),
    set: (rank, form, isRuled, reason) => set(faceOf(rank, form, isRuled), reason),
    frames: memoisePair((chosen: number, cut: number) => printFrames(press, chosen, cut)),
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

function setPaper(printed: PrintedPaper, reason: string): SetPaper {
  const html = escaped(reason);
  const wrapped = pieceOf(wrap(reason, INDENT));
  const texts: Piece[] = [];
  const textAt = (place: number): Piece => {
    const number = pieceOf(`${String(place + 1).padStart(2)}. `);
    return joined(fillPart(printed.text, { number, reason: wrapped }));
  };
  return {
    html: joined(fillPart(printed.html, { reason: html })),
    bytes: printed.htmlBytes + byteLengthOf(html),
    words: printed.view.words + countWords([reason]),
    textAt: (place) => (texts[place] ??= textAt(place)),
  };
}

/** A paper of a rank in one form, ruled or not, as one number: to look it up costs next to nothing. */
function faceOf(rank: number, form: Form, isRuled: boolean): number {
  return (rank * FORMS.length + FORMS.indexOf(form)) * 2 + (isRuled ? 1 : 0);
}

function readFace(face: number): { rank: number; form: Form; isRuled: boolean } {
  const place = Math.floor(face / 2);
  const form = FORMS[place % FORMS.length] ?? 'brief';
  return { rank: Math.floor(place / FORMS.length), form, isRuled: face % 2 === 1 };
}

function memoisePreferences<Value>(
  make: (preferences: Pick<Preferences, 'frequency' | 'hour' | 'timezone'>) => Value,
): (preferences: Pick<Preferences, 'frequency' | 'hour' | 'timezone'>) => Value {
  const made = memoisePair((timezone: string, hour: number) =>
    memoise((frequency: Preferences['frequency']) => make({ frequency, hour, timezone })),
  );
  return ({ frequency, hour, timezone }) => made(timezone, hour)(frequency);
}

function reasonLine(reason = ''): string {
  return clip(oneLine(reason), MAX_REASON);
}

function paperOf(byRank: ReadonlyMap<number, RankedPaper>, rank: number): RankedPaper {
  const paper = byRank.get(rank);
  if (paper === undefined) throw new RangeError(`The digest has no paper of rank ${rank}.`);
  return paper;
}
