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

/** A choice among at most `size` items, empty at first; `likenessOf` gives that of one place to each, 0
 *  to 1. Its memory serves one reader after the other: room of its own for each would cost more than
 *  the choosing. */
export function createChoice(
  size: number,
  likenessOf: (place: number) => Float32Array,
): Choice & { clear(): void } {
  /** The first `left` of these places are open. */
  const open = new Int32Array(size);
  const isOpen = new Uint8Array(size);
  const worth = new Float64Array(size);
  const closest = new Float64Array(size);
  let offered = 0;
  let left = 0;
  let taken: number[] = [];

  const take = (place: number) => {
    isOpen[place] = 0;
    taken.push(place);
    const likeness = likenessOf(place);
    let kept = 0;
    for (let at = 0; at < left; at += 1) {
      const other = open[at] as number;
      if (other === place) continue;
      open[kept] = other;
      kept += 1;
      const like = likeness[other] as number;
      if (like > (closest[other] as number)) closest[other] = like;
    }
    left = kept;
  };

  const findBest = (): number => {
    let best = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < left; at += 1) {
      const place = open[at] as number;
      const marginal = (worth[place] as number) - (1 - LAMBDA) * (closest[place] as number);
      if (marginal > most) {
        most = marginal;
        best = place;
      }
    }
    return best;
  };

  return {
    clear: () => {
      isOpen.fill(0);
      offered = 0;
      left = 0;
      taken = [];
    },
    offer: (place, score) => {
      open[left] = place;
      left += 1;
      offered += 1;
      isOpen[place] = 1;
      worth[place] = LAMBDA * score;
      closest[place] = 0;
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
        const best = findBest();
        if (best === -1) return;
        take(best);
      }
    },
  };
}
