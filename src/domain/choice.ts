import { mostOnOneTopic } from './topic-cap.ts';

/** Share of relevance against newness in a pick (maximal marginal relevance, Carbonell 1998). */
const LAMBDA = 0.75;

/** The shelf of what counts towards no cap. */
export const NO_SHELF = 0;

/** Chooses among what is offered, one by one: each time the best of what is left when likeness to
 *  those taken before counts against it, and when no shelf holds more of those taken than its share. */
export interface Choice {
  /** Puts up the item of a place, which stands on a shelf, for choice. To be called in order of the places. */
  offer(place: number, score: number, shelf: number): void;
  readonly offered: number;
  /** Places in the order in which they were taken. */
  readonly taken: readonly number[];
  isOpen(place: number): boolean;
  take(place: number): void;
  /** Takes up to `count` more; of equals the first. A full shelf is passed over while others have any. */
  takeBest(count: number): void;
  /** Gives back the one that was taken last; nothing can be taken after that. */
  giveBackLast(): void;
}

const NOBODY = -1;

/** A choice among at most `size` items on `shelves` shelves, empty at first; `likenessOf` gives that of one
 *  place to each, 0 to 1. Its memory serves one reader after the other: room of its own for each would cost
 *  more than the choosing. */
export function createChoice(
  size: number,
  shelves: number,
  likenessOf: (place: number) => Float32Array,
): Choice & {
  /** Begins anew; `share` is the largest part of a selection that one shelf may have. */
  clear(share: number): void;
} {
  /** The first `left` of these places are open. */
  const open = new Int32Array(size);
  const isOpen = new Uint8Array(size);
  const worth = new Float64Array(size);
  const closest = new Float64Array(size);
  const shelfOf = new Int32Array(size);
  const takenFrom = new Int32Array(shelves + 1);
  const nothing = new Float32Array(size);
  let share = 1;
  let offered = 0;
  let left = 0;
  let taken: number[] = [];
  /** The best of what is left on shelves that are not full; `NOBODY` when there is none. */
  let best = NOBODY;

  /** Closes a place, lets what is open keep its distance, and finds the best of that, in one go. */
  const close = (closed: number, likeness: Float32Array, mostOfShelf: number) => {
    best = NOBODY;
    let most = Number.NEGATIVE_INFINITY;
    let kept = 0;
    for (let at = 0; at < left; at += 1) {
      const place = open[at] as number;
      if (place === closed) continue;
      open[kept] = place;
      kept += 1;
      const like = likeness[place] as number;
      let near = closest[place] as number;
      if (like > near) {
        near = like;
        closest[place] = like;
      }
      const marginal = (worth[place] as number) - (1 - LAMBDA) * near;
      if (marginal > most && (takenFrom[shelfOf[place] as number] as number) < mostOfShelf) {
        most = marginal;
        best = place;
      }
    }
    left = kept;
  };

  const take = (place: number) => {
    isOpen[place] = 0;
    taken.push(place);
    const shelf = shelfOf[place] as number;
    if (shelf !== NO_SHELF) takenFrom[shelf] = (takenFrom[shelf] as number) + 1;
    close(place, likenessOf(place), mostOnOneTopic(share, taken.length + 1));
  };

  const findBest = (): number => {
    if (best === NOBODY && left > 0) close(NOBODY, nothing, size + 1);
    return best;
  };

  return {
    clear: (largestShare) => {
      share = largestShare;
      isOpen.fill(0);
      takenFrom.fill(0);
      offered = 0;
      left = 0;
      taken = [];
      best = NOBODY;
    },
    offer: (place, score, shelf) => {
      open[left] = place;
      left += 1;
      offered += 1;
      isOpen[place] = 1;
      worth[place] = LAMBDA * score;
      closest[place] = 0;
      shelfOf[place] = shelf;
      if (best === NOBODY || (worth[place] as number) > (worth[best] as number)) best = place;
    },
    get offered() {
      return offered;
    },
    get taken() {
      return taken;
    },
    isOpen: (place) => isOpen[place] === 1,
    take,
    takeBest: (count) => {
      for (let more = count; more > 0; more -= 1) {
        const next = findBest();
        if (next === NOBODY) return;
        take(next);
      }
    },
    giveBackLast: () => void taken.pop(),
  };
}
