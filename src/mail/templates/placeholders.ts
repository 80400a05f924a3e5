import {
  type Chunk,
  createChunk,
  joinChunks,
  measureTextBytes,
  TOKEN_CHUNK,
} from '../encoding/chunk.ts';

/** A place that is filled for each subscriber. */
interface Placeholder {
  placeholder: string;
}

export type Fragment = readonly (Chunk | Placeholder)[];

/** The placeholder of the subscriber's token. It occurs so often that chunks contain it, rather
 *  than being divided by it: a message then consists of few chunks. */
export const TOKEN_PLACEHOLDER = 'token';

/** Marks placeholders in a view that is about to be rendered, and finds them in the result. */
export interface PlaceholderMarkers {
  mark(placeholder: string): string;
  split(rendered: string): Fragment;
}

/**
 * Markers that no content can forge: `nonce` must be random, and `toSingleLine` removes the control
 * character around it from every text.
 */
export function createPlaceholderMarkers(nonce: string): PlaceholderMarkers {
  const markerPattern = new RegExp(`${MARKER_DELIMITER}${nonce}:(\\w+)${MARKER_DELIMITER}`);
  return {
    mark: (placeholder) => `${MARKER_DELIMITER}${nonce}:${placeholder}${MARKER_DELIMITER}`,
    split: (rendered) => mergeAdjacentChunks(rendered.split(markerPattern).flatMap(parseSplitItem)),
  };
}

/** The chunks of `fragment` with every placeholder replaced by its value.
 *  @throws RangeError when a placeholder has no value. */
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

/** Length of `fragment` in UTF-8, without its placeholders. */
export function measureFixedBytes(fragment: Fragment): number {
  return fragment.reduce(
    (sum, item) => sum + ('placeholder' in item ? 0 : measureTextBytes(item)),
    0,
  );
}

/** `String.split` returns texts at even positions and placeholder names at odd ones. */
function parseSplitItem(item: string, position: number): Fragment {
  if (position % 2 === 1) return [item === TOKEN_PLACEHOLDER ? TOKEN_CHUNK : { placeholder: item }];
  return item === '' ? [] : [createChunk(item)];
}

/** Joins the chunks between two placeholders. */
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
