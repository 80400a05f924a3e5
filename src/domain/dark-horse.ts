import type { Room } from './fill.ts';

/** The place of the dark horse, after the lead and three stories; smaller selections have none. */
export const DARK_HORSE_PLACE = 4;

const DARK_HORSE_POPULARITY = 0.3;

/** In so many minutes a reader gets through more than five papers. */
const LEAST_MINUTES = 3;

/** Whether a selection with that room, out of so many papers, is large enough for one. */
export function mayHaveDarkHorse({ papers, minutes }: Room, offered: number): boolean {
  const least = DARK_HORSE_PLACE + 1;
  return papers > least && offered > least && (minutes === null || minutes >= LEAST_MINUTES);
}

/** The place of the paper of the highest interest among those that few have noticed, or null. */
export function findDarkHorse(
  popularity: Float64Array,
  interest: Float64Array,
  isOpen: (place: number) => boolean,
): number | null {
  let best: number | null = null;
  for (let place = 0; place < interest.length; place += 1) {
    const mine = interest[place] as number;
    if (mine === 0 || !isOpen(place)) continue;
    if ((popularity[place] as number) >= DARK_HORSE_POPULARITY) continue;
    if (best === null || mine > (interest[best] ?? 0)) best = place;
  }
  return best;
}
