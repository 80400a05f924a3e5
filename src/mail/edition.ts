import Handlebars from 'handlebars';
import { describeDay, describeLongDay } from '../domain/describe.ts';
import type { Digest, RankedPaper, Selection } from '../domain/digest.ts';
import type { Preferences } from '../domain/subscriber.ts';
import {
  choiceOf,
  papersOf,
  preheaderOf,
  readingTimeOf,
  subjectOf,
  whyOf,
} from './edition-words.ts';
import { type Form, layOut } from './layout.ts';
import { memoise } from './memoise.ts';
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
import type { Sender } from './sender.ts';
import { type SiteView, viewSite } from './site-view.ts';
import { bytesOf, fillPart, type Piece, pieceOf } from './slots.ts';
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
      return assemble(press, stock, copy);
    },
  };
}

/** What copies share, made when first needed. */
interface Stock {
  site: SiteView;
  day: string;
  headings: Headings;
  paper(rank: number, form: Form, isRuled: boolean): PrintedPaper;
  frames(chosen: number, cut: number): Frames;
  reason(reason: string): SetReason;
  /** `12. `: what a paper of the plain text starts with. */
  number(place: number): Piece;
  /** The day of a sign-up, as words. */
  askedDay(day: string): string;
}

/** A reason, set for both parts of the message. */
interface SetReason {
  html: Piece;
  htmlBytes: number;
  text: Piece;
  words: number;
}

function openStock(press: Press, byRank: ReadonlyMap<number, RankedPaper>): Stock {
  const paper = memoise((key: string) => {
    const [rank, form, isRuled] = key.split(' ');
    return printPaper(press, paperOf(byRank, Number(rank)), form as Form, isRuled === 'true');
  });
  const frames = memoise((key: string) => {
    const [chosen, cut] = key.split(' ');
    return printFrames(press, Number(chosen), Number(cut));
  });
  return {
    site: viewSite(press.sender),
    day: describeLongDay(press.digest.date),
    headings: printHeadings(press),
    paper: (rank, form, isRuled) => paper(`${rank} ${form} ${isRuled}`),
    frames: (chosen, cut) => frames(`${chosen} ${cut}`),
    reason: memoise(setReason),
    number: memoise((place: number) => pieceOf(`${String(place + 1).padStart(2)}. `)),
    askedDay: memoise(describeDay),
  };
}

interface Placed {
  form: Form;
  isFirstBrief: boolean;
  reason: SetReason;
  printed: PrintedPaper;
}

function assemble(press: Press, stock: Stock, copy: Copy): AssembledCopy {
  const placed = placePapers(stock, copy);
  const names = placed.map(({ printed }) => printed.view.name);
  const count = `${papersOf(press.papersRead)} read, ${placed.length} chosen for you.`;
  const choice = choiceOf(copy.topicNames, copy.keywords);
  const asked = copy.askedOn === null ? null : stock.askedDay(copy.askedOn);
  const why = whyOf({ ...copy, asked, siteName: stock.site.siteName });
  const token = pieceOf(copy.token);
  const own = {
    token,
    preheader: escaped(preheaderOf({ names, count, day: stock.day })),
    choice: escaped(choice),
    why: escaped(why),
  };
  const room =
    MAX_HTML_BYTES - stock.frames(placed.length, 0).htmlBytes - bytesOf(Object.values(own));
  const fitted = fitPapers(placed, stock, room);
  const frame = stock.frames(placed.length, placed.length - fitted.count);
  const readingTime = readingTimeOf(fitted.words);
  return {
    subject: subjectOf(names) || stock.site.siteName,
    html: fillPart(frame.html, {
      ...own,
      readingTime: escaped(readingTime),
      papers: fitted.pieces,
    }),
    text: fillPart(frame.text, {
      token,
      summary: pieceOf(wrap(`${count} ${readingTime}`)),
      choice: pieceOf(wrap(choice)),
      why: pieceOf(wrap(why)),
      papers: placed.flatMap((paper, place) => textOf(paper, place, stock)),
    }),
  };
}

function placePapers(stock: Stock, copy: Copy): Placed[] {
  const laidOut = layOut(copy.selection, copy.darkHorseRank);
  const firstBrief = laidOut.findIndex(({ form }) => form === 'brief');
  return laidOut.map(({ rank, form, reason }, place) => ({
    form,
    isFirstBrief: place === firstBrief,
    reason: stock.reason(reason),
    printed: stock.paper(rank, form, form === 'brief' && place > firstBrief),
  }));
}

/** The papers that a mail has room for, as HTML: all, unless the briefs would make it too long. */
function fitPapers(placed: readonly Placed[], stock: Stock, room: number) {
  const pieces: Piece[] = [];
  let [bytes, count, words] = [0, 0, 0];
  for (const { form, isFirstBrief, reason, printed } of placed) {
    bytes += printed.htmlBytes + reason.htmlBytes;
    if (bytes > room && form === 'brief') break;
    if (isFirstBrief) pieces.push(stock.headings.html.briefs);
    pieces.push(...fillPart(printed.html, { reason: reason.html }));
    words += printed.view.words + reason.words;
    count += 1;
  }
  return { pieces, count, words };
}

function textOf({ form, isFirstBrief, reason, printed }: Placed, place: number, stock: Stock) {
  const { darkHorse, briefs } = stock.headings.text;
  const pieces = fillPart(printed.text, { number: stock.number(place), reason: reason.text });
  if (form === 'darkHorse') return [darkHorse, ...pieces];
  return isFirstBrief ? [briefs, ...pieces] : pieces;
}

function setReason(reason: string): SetReason {
  const line = clip(oneLine(reason), MAX_REASON);
  const html = escaped(line);
  return {
    html,
    htmlBytes: Buffer.byteLength(html.text),
    text: pieceOf(wrap(line, INDENT)),
    words: countWords([line]),
  };
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
