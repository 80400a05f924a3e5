/**
 * A hash table from terms to numbers. It finds a term as a range of bytes in a longer text:
 * creating a string for each term would take ten times as long.
 */
export interface Vocabulary {
  /** The number of the term at `start` to `end` (exclusive) of the UTF-8 `text`, or `NO_TERM`. */
  find(text: Uint8Array, start: number, end: number): number;
}

export const NO_TERM = -1;

/** The fields of a slot. They are adjacent because memory access is most of the cost. */
const HASH = 0;
const NUMBER = 1;
/** Position and length of the term in the bytes of all terms. */
const BEGIN = 2;
const LENGTH = 3;
const SLOT_STEP = 4;

/** @param terms with their numbers, none below 0 */
export function createVocabulary(terms: ReadonlyMap<string, number>): Vocabulary {
  const bytes = new TextEncoder().encode([...terms.keys()].join(''));
  const slots = new Int32Array(SLOT_STEP * 2 ** Math.ceil(Math.log2(2 * (terms.size + 1))));
  const mask = slots.length - 1;
  const firstSlot = (hash: number) => (SLOT_STEP * hash) & mask;
  const next = (slot: number) => (slot + SLOT_STEP) & mask;
  for (let slot = 0; slot < slots.length; slot += SLOT_STEP) slots[slot + NUMBER] = NO_TERM;
  let begin = 0;
  for (const [term, number] of terms) {
    const length = Buffer.byteLength(term);
    const hash = hashBytes(bytes, begin, begin + length);
    let slot = firstSlot(hash);
    while (slots[slot + NUMBER] !== NO_TERM) slot = next(slot);
    slots.set([hash, number, begin, length], slot);
    begin += length;
  }

  const matches = (slot: number, text: Uint8Array, start: number, end: number): boolean => {
    const length = slots[slot + LENGTH] as number;
    if (length !== end - start) return false;
    const from = slots[slot + BEGIN] as number;
    for (let at = 0; at < length; at += 1) if (bytes[from + at] !== text[start + at]) return false;
    return true;
  };

  return {
    find: (text, start, end) => {
      const hash = hashBytes(text, start, end);
      for (let slot = firstSlot(hash); ; slot = next(slot)) {
        const number = slots[slot + NUMBER] as number;
        if (number === NO_TERM) return NO_TERM;
        if (slots[slot + HASH] === hash && matches(slot, text, start, end)) return number;
      }
    },
  };
}

/** FNV-1a, cut to 30 bits, which V8 stores unboxed. */
function hashBytes(text: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (text[at] as number), 0x01000193);
  return hash >>> 2;
}
