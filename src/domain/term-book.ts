/** Terms with their places. A term is found within a longer text without being cut out of it: to make a string
 *  of each would take ten times as long. */
export interface TermBook {
  /** The place of the term that stands in `text` from `start` up to `end`; `NO_TERM` when it has none. */
  find(text: string, start: number, end: number): number;
}

export const NO_TERM = -1;

/** A book of these terms, all different: each has its place among them. */
export function createTermBook(terms: readonly string[]): TermBook {
  // Hash and place side by side: to look up what lies apart is most of the work.
  const slots = new Int32Array(2 * 2 ** Math.ceil(Math.log2(2 * (terms.length + 1))));
  const mask = slots.length - 1;
  const next = (slot: number) => (slot + 2) & mask;
  for (let slot = 1; slot < slots.length; slot += 2) slots[slot] = NO_TERM;
  for (const [place, term] of terms.entries()) {
    const hash = hashOf(term, 0, term.length);
    let slot = (2 * hash) & mask;
    while (slots[slot + 1] !== NO_TERM) slot = next(slot);
    slots[slot] = hash;
    slots[slot + 1] = place;
  }
  return {
    find: (text, start, end) => {
      const hash = hashOf(text, start, end);
      for (let slot = (2 * hash) & mask; ; slot = next(slot)) {
        const place = slots[slot + 1] as number;
        if (place === NO_TERM) return NO_TERM;
        if (slots[slot] === hash && stands(terms[place] as string, text, start, end)) return place;
      }
    },
  };
}

function stands(term: string, text: string, start: number, end: number): boolean {
  return term.length === end - start && text.startsWith(term, start);
}

/** FNV-1a, of UTF-16 units, in 30 bits: numbers that V8 keeps unboxed. */
function hashOf(text: string, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 2;
}
