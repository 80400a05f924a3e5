/** Share of relevance against newness in a pick (maximal marginal relevance, Carbonell 1998). */
const LAMBDA = 0.75;

/** Chooses among what is offered, one by one: each time the best of what is left when likeness to
 *  those taken before counts against it. */
export interface Choice {
  /** Puts up the item of a place for choice. To be called in order of the places. */
  offer(place: number, score: number): void;
  readonly offered: number;
  /** Places in the order in which they were taken. */
  readonly taken: readonly number[];
  isOpen(place: number): boolean;
  take(place: number): void;
  /** Takes up to `count` more; of equals the first. */
  takeBest(count: number): void;
}

/** A choice among at most `size` items; `likeness` of two places is 0 to 1. */
export function createChoice(size: number, likeness: (a: number, b: number) => number): Choice {
  const open: number[] = [];
  const isOpen = new Uint8Array(size);
  const worth = new Float64Array(size);
  const closest = new Float64Array(size);
  const taken: number[] = [];

  const take = (place: number) => {
    isOpen[place] = 0;
    taken.push(place);
    for (const other of open) {
      if (isOpen[other] === 0) continue;
      const like = likeness(other, place);
      if (like > (closest[other] ?? 0)) closest[other] = like;
    }
  };

  const findBest = (): number => {
    let best = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (const place of open) {
      if (isOpen[place] === 0) continue;
      const marginal = (worth[place] ?? 0) - (1 - LAMBDA) * (closest[place] ?? 0);
      if (marginal > most) {
        most = marginal;
        best = place;
      }
    }
    return best;
  };

  return {
    offer: (place, score) => {
      open.push(place);
      isOpen[place] = 1;
      worth[place] = LAMBDA * score;
    },
    get offered() {
      return open.length;
    },
    taken,
    isOpen: (place) => isOpen[place] === 1,
    take,
    takeBest: (count) => {
      for (let left = count; left > 0; left -= 1) {
        const best = findBest();
        if (best === -1) return;
        take(best);
      }
    },
  };
}
