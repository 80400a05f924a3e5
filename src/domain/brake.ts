/** Replies that the brake looks back on. */
const WINDOW = 200;

/** Hard replies among them from which on the fault is ours: more than 5 %. */
const MOST_HARD = WINDOW * 0.05;

/** A small site never has so many: there, half of at least this many replies being hard says the same. */
const FEWEST_HARD = 5;

/** Watches the replies to one digest. */
export interface Brake {
  /** Notes a reply that ends a delivery: hard is one that refuses it for good. */
  note(isHard: boolean): void;
  /** Whether so many are hard that the fault must be ours, not the readers'. */
  isOn(): boolean;
}

/** A brake that has seen no reply yet. */
export function createBrake(): Brake {
  const recent: boolean[] = [];
  let oldest = 0;
  let hard = 0;
  return {
    note: (isHard) => {
      if (recent[oldest]) hard -= 1;
      recent[oldest] = isHard;
      oldest = (oldest + 1) % WINDOW;
      if (isHard) hard += 1;
    },
    isOn: () => hard > MOST_HARD || (hard >= FEWEST_HARD && hard * 2 >= recent.length),
  };
}
