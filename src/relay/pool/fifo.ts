/** A first-in, first-out queue. */
export interface Fifo<Item> {
  readonly length: number;
  push(item: Item): void;
  /** The item that `shift` would return. */
  peek(): Item | null;
  shift(): Item | null;
  /** Removes and returns all items. */
  drain(): Item[];
  /** Removes and returns the items that `matches`; the others keep their order. */
  remove(matches: (item: Item) => boolean): Item[];
}

/** A queue with a cheap `shift`: `Array.shift` would move all other items. */
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
    peek: () => items[first] ?? null,
    shift: () => {
      const item = items[first];
      if (item === undefined) return null;
      first += 1;
      if (first === items.length || first === COMPACT_AT) items = drain();
      return item;
    },
    drain,
    remove: (matches) => {
      const removed = items.slice(first).filter(matches);
      if (removed.length > 0) items = drain().filter((item) => !matches(item));
      return removed;
    },
  };
}

/** Number of shifted items after which the array is compacted. */
const COMPACT_AT = 1_024;
