import type { RankedPaper } from '../digests/digest.ts';
import { addDays } from '../time/schedule.ts';
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

/**
 * The indexes of the papers that may be a dark horse: unpopular, new, and from a source that counts
 * votes or comments. Elsewhere nobody can know whether a paper is little noticed.
 */
export function listDarkHorses(papers: readonly RankedPaper[]): number[] {
  return papers.flatMap((paper, paperIndex) => {
    const isLittleNoticed = paper.popularity < DARK_HORSE_MAX_POPULARITY;
    const canBeNoticed = paper.countsVotes || paper.countsComments;
    return isLittleNoticed && canBeNoticed && isNewPaper(paper) ? [paperIndex] : [];
  });
}

/** Whether a paper was new when it was listed: few have voted for it *yet*. */
export function isNewPaper({ publishedOn, listedOn }: RankedPaper): boolean {
  return publishedOn === null || addDays(publishedOn, MAX_NEW_DAYS) >= listedOn;
}

const MAX_NEW_DAYS = 30;

/** The one of `darkHorses` that is available and suits the subscriber best, or null. */
export function findDarkHorse(
  darkHorses: readonly number[],
  personalScores: Float64Array,
  isAvailable: (paperIndex: number) => boolean,
): number | null {
  let best: number | null = null;
  for (const paperIndex of darkHorses) {
    const score = personalScores[paperIndex] as number;
    if (score <= 0 || !isAvailable(paperIndex)) continue;
    if (best === null || score > (personalScores[best] as number)) best = paperIndex;
  }
  return best;
}
