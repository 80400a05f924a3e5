import Handlebars from 'handlebars';
import { describeDay, describeLongDay } from '../domain/describe.ts';
import type { Digest, RankedPaper, SelectedPaper, Selection } from '../domain/digest.ts';
import type { Preferences } from '../domain/subscriber.ts';
import {
  choiceOf,
  papersOf,
  preheaderOf,
  readingTimeOf,
  subjectOf,
  whyOf,
} from './edition-words.ts';
import { FORMS, type Form, layOut, type Place } from './layout.ts';
import { memoise, memoisePair } from './memoise.ts';
import { countWords } from './paper-view.ts';
import {
  type Frames,
  type Headings,
  INDENT,
  type Press,
  printFrames,
  printHeadings,
  printPaper,
} from './press.ts';
import { clip, oneLine } from './printable.ts';
import type { Sender } from './sender.ts';
import { type SiteView, viewSite } from './site-view.ts';
import { bytesOf, fillPart, joined, type Piece, pieceOf } from './slots.ts';
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
  preferences: Pick<Preferences, 'frequency' | 'hour' | 'timezone'>;
  /** The day of the sign-up, `YYYY-MM-DD`. */
  askedOn: string | null;
  email: string;
}

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
): Edition {
  const press: Press = { templates, sender, digest, papersRead: papers.length };
  const stock = openStock(press, new Map(papers.map((paper) => [paper.rank, paper])));
  return {
    digest,
    sender,
    assemble: (copy) => {
      checkCopy(copy);
      return assemble(stock, copy);
    },
  };
}

/** What copies share, made when first needed. */
interface Stock {
  site: SiteView;
  headings: Headings;
  /** A paper of the HTML with its reason. */
  set(rank: number, form: Form, isRuled: boolean, reason: string): SetPaper;
  /** A paper of the plain text with its number and its reason. */
  setText(rank: number, form: Form, place: number, reason: string): Piece;
  frames(chosen: number, cut: number): Frames;
  /** `darkHorse` is -1 when there is none. */
  layOut(count: number, darkHorse: number): readonly Place[];
  /** `49 papers read, 10 chosen for you.` */
  count(chosen: number): string;
  /** Words that many readers share, for the HTML and for the plain text. */
  words(text: string): { html: Piece; text: Piece };
  /** The subject and the preheader for papers of these ranks. */
  subject(ranks: readonly number[]): string;
  preheader(ranks: readonly number[], count: string): Piece;
  /** The day of a sign-up, as words. */
  askedDay(day: string): string;
}

interface SetPaper {
  piece: Piece;
  /** Length of the HTML. */
  bytes: number;
  /** Words that a reader sees. */
  words: number;
}

/** Papers with their reasons that are kept; each takes a few KB. */
const MOST_SET = 4_000;

/** Papers that a preheader may name. */
const MOST_IN_PREHEADER = 8;

function openStock(press: Press, byRank: ReadonlyMap<number, RankedPaper>): Stock {
  const day = describeLongDay(press.digest.date);
  const site = viewSite(press.sender);
  const printed = memoise((face: number) => {
    const { rank, form, isRuled } = readFace(face);
    return printPaper(press, paperOf(byRank, rank), form, isRuled);
  });
  const nameOf = (rank: number) => printed(faceOf(rank, 'brief', false)).view.name;
  const set = memoisePair((face: number, reason: string): SetPaper => {
    const { html, htmlBytes, view } = printed(face);
    const line = reasonLine(reason);
    const escapedLine = escaped(line);
    return {
      piece: joined(fillPart(html, { reason: escapedLine })),
      bytes: htmlBytes + Buffer.byteLength(escapedLine.text),
      words: view.words + countWords([line]),
    };
  }, MOST_SET);
  const setText = memoisePair((place: number, reason: string): Piece => {
    const { text } = printed(Math.floor(place / MOST_PLACES));
    const number = pieceOf(`${String((place % MOST_PLACES) + 1).padStart(2)}. `);
    return joined(fillPart(text, { number, reason: pieceOf(wrap(reasonLine(reason), INDENT)) }));
  }, MOST_SET);
  const frames = memoisePair((chosen: number, cut: number) => printFrames(press, chosen, cut));
  const preheader = memoisePair((count: string, ranks: string) => {
    const names = ranks.split(',').map((rank) => nameOf(Number(rank)));
    return escaped(preheaderOf({ names, count, day }));
  });
  const subject = memoisePair((count: number, top: number) => {
    const names = Array<string>(count).fill(nameOf(top));
    return subjectOf(names) || site.siteName;
  });
  return {
    site,
    headings: printHeadings(press),
    set: (rank, form, isRuled, reason) => set(faceOf(rank, form, isRuled), reason),
    setText: (rank, form, place, reason) =>
      setText(faceOf(rank, form, false) * MOST_PLACES + place, reason),
    frames,
    layOut: memoisePair((count: number, darkHorse: number) =>
      layOut(count, darkHorse === -1 ? null : darkHorse),
    ),
    count: memoise(
      (chosen: number) => `${papersOf(press.papersRead)} read, ${chosen} chosen for you.`,
    ),
    words: memoise((text: string) => ({ html: escaped(text), text: pieceOf(wrap(text)) })),
    subject: (ranks) => (ranks[0] === undefined ? site.siteName : subject(ranks.length, ranks[0])),
    preheader: (ranks, count) => preheader(count, ranks.slice(0, MOST_IN_PREHEADER).join(',')),
    askedDay: memoise(describeDay),
  };
}

/** More than a copy has. */
const MOST_PLACES = 64;

/** A paper of a rank in one form, ruled or not, as one number: to look it up costs next to nothing. */
function faceOf(rank: number, form: Form, isRuled: boolean): number {
  return (rank * FORMS.length + FORMS.indexOf(form)) * 2 + (isRuled ? 1 : 0);
}

function readFace(face: number): { rank: number; form: Form; isRuled: boolean } {
  const place = Math.floor(face / 2);
  const form = FORMS[place % FORMS.length] ?? 'brief';
  return { rank: Math.floor(place / FORMS.length), form, isRuled: face % 2 === 1 };
}

function assemble(stock: Stock, copy: Copy): AssembledCopy {
  const { selection } = copy;
  const darkHorse = selection.findIndex(({ rank }) => rank === copy.darkHorseRank);
  const places = stock.layOut(selection.length, darkHorse);
  const ranks = places.map(({ at }) => paperAt(selection, at).rank);
  const count = stock.count(places.length);
  const choice = stock.words(choiceOf(copy.topicNames, copy.keywords));
  const asked = copy.askedOn === null ? null : stock.askedDay(copy.askedOn);
  const why = whyOf({ ...copy, asked, siteName: stock.site.siteName });
  const token = pieceOf(copy.token);
  const preheader = stock.preheader(ranks, count);
  const whyHtml = escaped(why);
  const own = [token, preheader, choice.html, whyHtml];
  const room = MAX_HTML_BYTES - stock.frames(places.length, 0).htmlBytes - bytesOf(own);
  const fitted = fitPapers(selection, places, stock, room);
  const frame = stock.frames(places.length, places.length - fitted.count);
  const readingTime = readingTimeOf(fitted.words);
  return {
    subject: stock.subject(ranks),
    html: fillPart(frame.html, {
      token,
      preheader,
      choice: choice.html,
      why: whyHtml,
      readingTime: stock.words(readingTime).html,
      papers: fitted.pieces,
    }),
    text: fillPart(frame.text, {
      token,
      summary: stock.words(`${count} ${readingTime}`).text,
      choice: choice.text,
      why: pieceOf(wrap(why)),
      papers: textPapers(selection, places, stock),
    }),
  };
}

/** The papers that a mail has room for, as HTML: all, unless the briefs would make it too long. */
function fitPapers(
  selection: Selection,
  places: readonly Place[],
  stock: Stock,
  room: number,
): { pieces: Piece[]; count: number; words: number } {
  const pieces: Piece[] = [];
  let [bytes, count, words] = [0, 0, 0];
  for (const { at, form, isFirstBrief, isRuled } of places) {
    const { rank, reason } = paperAt(selection, at);
    const paper = stock.set(rank, form, isRuled, reason);
    bytes += paper.bytes;
    if (bytes > room && form === 'brief') break;
    if (isFirstBrief) pieces.push(stock.headings.html.briefs);
    pieces.push(paper.piece);
    words += paper.words;
    count += 1;
  }
  return { pieces, count, words };
}

function textPapers(selection: Selection, places: readonly Place[], stock: Stock): Piece[] {
  const { darkHorse, briefs } = stock.headings.text;
  const pieces: Piece[] = [];
  for (const [place, { at, form, isFirstBrief }] of places.entries()) {
    const { rank, reason } = paperAt(selection, at);
    if (form === 'darkHorse') pieces.push(darkHorse);
    else if (isFirstBrief) pieces.push(briefs);
    pieces.push(stock.setText(rank, form, place, reason));
  }
  return pieces;
}

function paperAt(selection: Selection, at: number): SelectedPaper {
  return selection[at] as SelectedPaper;
}

function reasonLine(reason = ''): string {
  return clip(oneLine(reason), MAX_REASON);
}

function escaped(text: string): Piece {
  return pieceOf(Handlebars.escapeExpression(text));
}

function paperOf(byRank: ReadonlyMap<number, RankedPaper>, rank: number): RankedPaper {
  const paper = byRank.get(rank);
  if (paper === undefined) throw new RangeError(`The digest has no paper of rank ${rank}.`);
  return paper;
}

function checkCopy({ token, selection }: Copy): void {
  if (!TOKEN.test(token))
    throw new RangeError('The token of a copy is not 22 base64url characters.');
  if (selection.length === 0) throw new RangeError('A copy needs at least one selected paper.');
}

const TOKEN = /^[A-Za-z0-9_-]{22}$/;

/** In characters. */
const MAX_REASON = 300;

/** Gmail clips a mail near 102 KB of HTML. 90 KB, less what a repeated token and the words that
 *  depend on what has room may add. */
const MAX_HTML_BYTES = 89_000;
