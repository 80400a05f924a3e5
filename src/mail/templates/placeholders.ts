import {
  type Chunk,
  createChunk,
  joinChunks,
  measureTextBytes,
  TOKEN_CHUNK,
} from '../encoding/chunk.ts';

/** A place that is filled per reader. */
export interface Placeholder {
  placeholder: string;
}

export type Fragment = readonly (Chunk | Placeholder)[];

/** The slot of the reader's token. It stands in so many places that the pieces themselves leave them open,
 *  so that a mail consists of few. */
export const TOKEN_PLACEHOLDER = 'token';

/** Marks slots in a text that is about to be rendered, and finds them again in the result. */
export interface PlaceholderMarkers {
  mark(placeholder: string): string;
  split(rendered: string): Fragment;
}

/**
 * Slots that nobody can forge: `nonce` is to be random, and the control character around it never
 * stands in a text that went through `oneLine`.
 */
export function createPlaceholderMarkers(nonce: string): PlaceholderMarkers {
  const markerPattern = new RegExp(`${MARKER_DELIMITER}${nonce}:(\\w+)${MARKER_DELIMITER}`);
  return {
    mark: (placeholder) => `${MARKER_DELIMITER}${nonce}:${placeholder}${MARKER_DELIMITER}`,
    split: (rendered) => mergeAdjacentChunks(rendered.split(markerPattern).flatMap(parseSplitItem)),
  };
}

/** The pieces of `part` with every slot filled by one piece or several.
 *  @throws RangeError when `fill` has nothing for a slot. */
export function fillFragment(
  fragment: Fragment,
  values: Readonly<Record<string, Chunk | readonly Chunk[]>>,
): Chunk[] {
  const runs = fragment.map((item): readonly Chunk[] => {
    const filled = 'placeholder' in item ? values[item.placeholder] : item;
    if (filled === undefined) throw new RangeError('A placeholder has no value.');
    return 'bytes' in filled ? [filled] : filled;
  });
  return NO_CHUNKS.concat(...runs);
}

const NO_CHUNKS: readonly Chunk[] = [];

/** Length of the fixed text of `part` in UTF-8. */
export function measureFixedBytes(fragment: Fragment): number {
  return fragment.reduce(
    (sum, item) => sum + ('placeholder' in item ? 0 : measureTextBytes(item)),
    0,
  );
}

/** What `split` gives: texts at even places, names of slots at odd ones. */
function parseSplitItem(item: string, position: number): Fragment {
  if (position % 2 === 1) return [item === TOKEN_PLACEHOLDER ? TOKEN_CHUNK : { placeholder: item }];
  return item === '' ? [] : [createChunk(item)];
}

/** The pieces between two slots as one. */
function mergeAdjacentChunks(fragment: Fragment): Fragment {
  const merged: (Chunk | Placeholder)[] = [];
  let run: Chunk[] = [];
  const endRun = () => {
    if (run.length > 0) merged.push(joinChunks(run));
    run = [];
  };
  for (const item of fragment) {
    if ('placeholder' in item) {
      endRun();
      merged.push(item);
    } else run.push(item);
  }
  endRun();
  return merged;
}

const MARKER_DELIMITER = '\u0001';
