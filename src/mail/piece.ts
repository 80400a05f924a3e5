import { type RelaxedLines, relaxLines } from './dkim/relaxed.ts';
import { encodePiece } from './quoted-printable.ts';

/** Whole lines of a message, most of them shared by many readers. */
export interface Piece {
  /** CRLF at the end of each line. */
  encoded: Buffer;
  /** The text that is encoded, or the pieces that this one joins: many are kept, few are read. */
  source: string | readonly Piece[];
  /** See `relaxedOf`, which fills it. */
  relaxed: RelaxedLines | null;
}

/** A text together with its encoded form. */
export function pieceOf(text: string): Piece {
  return { encoded: encodePiece(text), source: text, relaxed: null };
}

/** Several pieces as one: a message of few pieces costs less to send than one of many. */
export function joined(pieces: readonly Piece[]): Piece {
  const encoded = Buffer.concat(pieces.map((piece) => piece.encoded));
  return { encoded, source: pieces, relaxed: null };
}

/** Lines that stand in the message as they are and are no text, such as those between its parts. */
export function linesOf(lines: string): Piece {
  return { encoded: Buffer.from(lines, 'latin1'), source: '', relaxed: null };
}

/** The text of a piece. */
export function textOf({ source }: Piece): string {
  return typeof source === 'string' ? source : source.map(textOf).join('');
}

/** What a signature hashes of a piece: made once, however many readers share the piece. */
export function relaxedOf(piece: Piece): RelaxedLines {
  piece.relaxed ??= relaxLines(piece.encoded);
  return piece.relaxed;
}

/** Length of the text of a piece in UTF-8. */
export function byteLengthOf(piece: Piece): number {
  return Buffer.byteLength(textOf(piece));
}
