import type { Chunk, CreateChunk } from '../encoding/chunk.ts';
import { TOKEN_STAND_IN } from '../encoding/token-stand-in.ts';

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
  /** The chunks between the placeholders are made by `createChunk`. */
  split(rendered: string, createChunk: CreateChunk): Fragment;
}

/**
 * Markers that no content can forge: `nonce` must be random, and `toSingleLine` removes the control
 * character around it from every text.
 */
export function createPlaceholderMarkers(nonce: string): PlaceholderMarkers {
  const markerPattern = new RegExp(`${MARKER_DELIMITER}${nonce}:(\\w+)${MARKER_DELIMITER}`);
  return {
    mark: (placeholder) => `${MARKER_DELIMITER}${nonce}:${placeholder}${MARKER_DELIMITER}`,
    split: (rendered, createChunk) => parseSplitItems(rendered.split(markerPattern), createChunk),
  };
}

/** The chunks of `fragment` with every placeholder replaced by its value.
 *  @throws RangeError when a placeholder has no value. */
export function fillFragment(
  fragment: Fragment,
  values: Readonly<Record<string, Chunk | readonly Chunk[]>>,
): Chunk[] {
  const chunks: Chunk[] = [];
  for (const item of fragment) {
    if (!('placeholder' in item)) {
      chunks.push(item);
      continue;
    }
    const value = values[item.placeholder];
    if (value === undefined)
      throw new RangeError(`The placeholder “${item.placeholder}” has no value.`);
    if ('bytes' in value) chunks.push(value);
    else appendChunks(chunks, value);
  }
  return chunks;
}

/** Faster than `concat` and than spreading: V8 compiles the loop. */
export function appendChunks(target: Chunk[], chunks: readonly Chunk[]): void {
  for (let index = 0; index < chunks.length; index += 1) target.push(chunks[index] as Chunk);
}

/** Encoded length of `fragment` in bytes, without its placeholders. */
export function measureFixedBytes(fragment: Fragment): number {
  return fragment.reduce((sum, item) => sum + ('placeholder' in item ? 0 : item.bytes.length), 0);
}

/** `String.split` returns texts at even positions and placeholder names at odd ones. */
function parseSplitItems(items: readonly string[], createChunk: CreateChunk): Fragment {
  const fragment: (Chunk | Placeholder)[] = [];
  let text = '';
  const endChunk = () => {
    if (text !== '') fragment.push(createChunk(text));
    text = '';
  };
  items.forEach((item, position) => {
    if (position % 2 === 0) text += item;
    else if (item === TOKEN_PLACEHOLDER) text += TOKEN_STAND_IN;
    else {
      endChunk();
      fragment.push({ placeholder: item });
    }
  });
  endChunk();
  return fragment;
}

const MARKER_DELIMITER = '\u0001';
