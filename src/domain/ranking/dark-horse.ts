import type { SelectionLimits } from './fill-selection.ts';

/** Position of the dark horse, after the lead and three stories. Smaller selections have none. */
export const DARK_HORSE_POSITION = 4;

const DARK_HORSE_MAX_POPULARITY = 0.3;

/** Reading time that is enough for more than five papers. */
const MIN_READING_MINUTES = 3;

/** Whether the limits and the number of candidates leave room for a dark horse. */
export function allowsDarkHorse(
  { papers, minutes }: SelectionLimits,
  candidateCount: number,
): boolean {
  const minPapers = DARK_HORSE_POSITION + 1;
  return (
    papers > minPapers &&
    candidateCount > minPapers &&
    (minutes === null || minutes >= MIN_READING_MINUTES)
  );
}

/** The index of the available paper with the highest interest among those with low popularity, or
 *  null. */
export function findDarkHorse(
  popularity: Float64Array,
  interest: Float64Array,
  isAvailable: (paperIndex: number) => boolean,
): number | null {
  let best: number | null = null;
  for (let paperIndex = 0; paperIndex < interest.length; paperIndex += 1) {
    const interestScore = interest[paperIndex] as number;
    if (interestScore === 0 || !isAvailable(paperIndex)) continue;
    if ((popularity[paperIndex] as number) >= DARK_HORSE_MAX_POPULARITY) continue;
    if (best === null || interestScore > (interest[best] ?? 0)) best = paperIndex;
  }
  return best;
}
