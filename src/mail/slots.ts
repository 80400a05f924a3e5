import { byteLengthOf, joined, type Piece, pieceOf, TOKEN_PIECE } from './piece.ts';

/** A place that is filled per reader. */
export interface Slot {
  slot: string;
}

export type Part = readonly (Piece | Slot)[];

/** The slot of the reader's token. It stands in so many places that the pieces themselves leave them open,
 *  so that a mail consists of few. */
export const TOKEN_SLOT = 'token';

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
    cut: (rendered) => joinPieces(rendered.split(marked).flatMap(partAt)),
  };
}

/** The pieces of `part` with every slot filled by one piece or several.
 *  @throws RangeError when `fill` has nothing for a slot. */
export function fillPart(
  part: Part,
  fill: Readonly<Record<string, Piece | readonly Piece[]>>,
): Piece[] {
  const runs = part.map((item): readonly Piece[] => {
    const filled = 'slot' in item ? fill[item.slot] : item;
    if (filled === undefined) throw new RangeError('A slot has nothing to be filled with.');
    return 'bytes' in filled ? [filled] : filled;
  });
  return NONE.concat(...runs);
}

const NONE: readonly Piece[] = [];

/** Length of the fixed text of `part` in UTF-8. */
export function bytesOf(part: Part): number {
  return part.reduce((sum, item) => sum + ('slot' in item ? 0 : byteLengthOf(item)), 0);
}

/** What `split` gives: texts at even places, names of slots at odd ones. */
function partAt(item: string, place: number): Part {
  if (place % 2 === 1) return [item === TOKEN_SLOT ? TOKEN_PIECE : { slot: item }];
  return item === '' ? [] : [pieceOf(item)];
}

/** The pieces between two slots as one. */
function joinPieces(part: Part): Part {
  const whole: (Piece | Slot)[] = [];
  let run: Piece[] = [];
  const endRun = () => {
    if (run.length > 0) whole.push(joined(run));
    run = [];
  };
  for (const item of part) {
    if ('slot' in item) {
      endRun();
      whole.push(item);
    } else run.push(item);
  }
  endRun();
  return whole;
}

const EDGE = '\u0001';
