/** First in, first out, however long it gets. */
export interface Fifo<Item> {
  readonly length: number;
  push(item: Item): void;
  shift(): Item | null;
  /** Takes everything out. */
  drain(): Item[];
}

/** A list that is not moved for each item taken from its front. */
export function createFifo<Item>(): Fifo<Item> {
  let items: Item[] = [];
  let first = 0;
  const drain = () => {
    const rest = items.slice(first);
    items = [];
    first = 0;
    return rest;
  };
  return {
    get length() {
      return items.length - first;
    },
    push: (item) => {
      items.push(item);
    },
    shift: () => {
      const item = items[first];
      if (item === undefined) return null;
      first += 1;
      if (first === items.length || first === COMPACT_AT) items = drain();
      return item;
    },
    drain,
  };
}

/** Items taken before the list is cut. */
const COMPACT_AT = 1_024;
