/** Values by term. A term is found within a longer text without being cut out of it: to make a string of
 *  each would take ten times as long. */
export interface TermBook<Value> {
  /** The value of the term that stands in `text` from `start` up to `end`. */
  find(text: string, start: number, end: number): Value | undefined;
}

interface Entry<Value> {
  term: string;
  value: Value;
  /** Another term with the same hash. */
  next: Entry<Value> | undefined;
}

/** A book of these terms. */
export function createTermBook<Value>(
  entries: Iterable<readonly [string, Value]>,
): TermBook<Value> {
  const byHash = new Map<number, Entry<Value>>();
  for (const [term, value] of entries) {
    const hash = hashOf(term, 0, term.length);
    byHash.set(hash, { term, value, next: byHash.get(hash) });
  }
  return {
    find: (text, start, end) => {
      let entry = byHash.get(hashOf(text, start, end));
      while (entry !== undefined && !stands(entry.term, text, start, end)) entry = entry.next;
      return entry?.value;
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
