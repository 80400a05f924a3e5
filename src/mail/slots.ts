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

/** A place that is filled per reader. */
export interface Slot {
  slot: string;
}

export type Part = readonly (Piece | Slot)[];

/** Marks slots in a text that is about to be rendered, and finds them again in the result. */
export interface Slots {
  mark(slot: string): string;
  cut(rendered: string): Part;
}

/**
 * Slots that nobody can forge: `nonce` is to be random, and the control character around it never
 * stands in a text that went through `oneLine`.
 */
export function createSlots(nonce: string): Slots {
  const marked = new RegExp(`${EDGE}${nonce}:(\\w+)${EDGE}`);
  return {
    mark: (slot) => `${EDGE}${nonce}:${slot}${EDGE}`,
    cut: (rendered) => rendered.split(marked).flatMap(partAt),
  };
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

/** The pieces of `part` with every slot filled by one piece or several.
 *  @throws RangeError when `fill` has nothing for a slot. */
export function fillPart(
  part: Part,
  fill: Readonly<Record<string, Piece | readonly Piece[]>>,
): Piece[] {
  const pieces: Piece[] = [];
  for (const item of part) {
    const filled = 'slot' in item ? fill[item.slot] : item;
    if (filled === undefined) throw new RangeError('A slot has nothing to be filled with.');
    if ('encoded' in filled) pieces.push(filled);
    else pieces.push(...filled);
  }
  return pieces;
}

/** Length of the fixed text of `part` in UTF-8. */
export function bytesOf(part: Part): number {
  return part.reduce((sum, item) => sum + ('slot' in item ? 0 : byteLengthOf(item)), 0);
}

/** Length of the text of a piece in UTF-8. */
export function byteLengthOf(piece: Piece): number {
  return Buffer.byteLength(textOf(piece));
}

/** What `split` gives: texts at even places, names of slots at odd ones. */
function partAt(item: string, place: number): Part {
  if (place % 2 === 1) return [{ slot: item }];
  return item === '' ? [] : [pieceOf(item)];
}

const EDGE = '\u0001';
