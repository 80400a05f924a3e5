import { NOWHERE, type Stretch } from '../domain/message.ts';
import { TOKEN_LENGTH } from '../domain/tokens.ts';
import { joinRelaxed, type RelaxedLines, relaxLines } from './dkim/relaxed.ts';
import { encodePiece } from './quoted-printable.ts';

/** Whole lines of a message, CRLF at the end of each, most of them shared by many readers. What is open
 *  is the place of the reader's token. */
export interface Piece extends Stretch {
  /** The text that is encoded, in parts that were encoded apart: many are kept, few are read. */
  source: readonly Source[];
  /** See `relaxedOf`, which fills it. */
  relaxed: RelaxedLines | null;
}

const TOKEN = Symbol('the reader’s token');
type Source = string | typeof TOKEN;

/** A text together with its encoded form. */
export function pieceOf(text: string): Piece {
  return { bytes: encodePiece(text), openAt: NOWHERE, source: [text], relaxed: null };
}

/** The place of a token: its letters are as they are in quoted-printable. */
export const TOKEN_PIECE: Piece = {
  bytes: encodePiece('A'.repeat(TOKEN_LENGTH)),
  openAt: [0],
  source: [TOKEN],
  relaxed: null,
};

/** Several pieces as one: a message of few pieces costs less to send than one of many. */
export function joined(pieces: readonly Piece[]): Piece {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) return only;
  const openAt: number[] = [];
  let length = 0;
  for (const piece of pieces) {
    for (const at of piece.openAt) openAt.push(length + at);
    length += piece.bytes.length;
  }
  const bytes = Buffer.concat(pieces.map((piece) => piece.bytes));
  return { bytes, openAt, source: pieces.flatMap(({ source }) => source), relaxed: null };
}

/** Lines that stand in the message as they are and are no text, such as those between its parts. */
export function linesOf(lines: string): Piece {
  return { bytes: Buffer.from(lines, 'latin1'), openAt: NOWHERE, source: [], relaxed: null };
}

/** The text of a piece in the copy with this token. */
export function textOf({ source }: Piece, token: string): string {
  return source.map((part) => (part === TOKEN ? token : part)).join('');
}

/** What a signature hashes of a piece: made once, however many readers share the piece. */
export function relaxedOf(piece: Piece): RelaxedLines {
  piece.relaxed ??= relax(piece);
  return piece.relaxed;
}

function relax({ bytes, openAt, source }: Piece): RelaxedLines {
  const whole = relaxLines(bytes);
  if (whole.bytes === bytes || openAt.length === 0) return { ...whole, openAt };
  return joinRelaxed(source.map(relaxedPart));
}

function relaxedPart(part: Source): RelaxedLines {
  return part === TOKEN
    ? { bytes: TOKEN_PIECE.bytes, openAt: TOKEN_PIECE.openAt, blankLines: 0 }
    : relaxLines(encodePiece(part));
}

/** Length of the text of a piece in UTF-8, its tokens among it. */
export function byteLengthOf({ source }: Piece): number {
  return source.reduce(
    (sum, part) => sum + (part === TOKEN ? TOKEN_LENGTH : Buffer.byteLength(part)),
    0,
  );
}
