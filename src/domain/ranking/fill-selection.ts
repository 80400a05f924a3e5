import { type ShownWordCounter, WORDS_PER_MINUTE } from '../digests/reading-time.ts';
import type { MmrSelector } from './mmr-selector.ts';

/** How much a selection may hold. */
export interface SelectionLimits {
  /** Number of papers. */
  papers: number;
  /** Reading time, or null when only papers are counted. */
  minutes: number | null;
}

/**
 * Selects the best candidates until a limit is reached or none is left; a single paper always fits.
 * `darkHorse` is the position of the dark horse in the selection, or null. Returns false when the
 * minutes are used up; nothing can be selected after that.
 */
export function fillSelection(
  mmrSelector: MmrSelector,
  { papers, minutes }: SelectionLimits,
  countShown: ShownWordCounter,
  darkHorse: number | null = null,
): boolean {
  if (minutes === null) {
    mmrSelector.selectBest(papers - mmrSelector.selected.length);
    return true;
  }
  for (
    let selectedCount = mmrSelector.selected.length;
    selectedCount < papers;
    selectedCount += 1
  ) {
    mmrSelector.selectBest(1);
    if (mmrSelector.selected.length === selectedCount) return true;
    if (
      selectedCount > 0 &&
      countShown(mmrSelector.selected, darkHorse) > minutes * WORDS_PER_MINUTE
    ) {
      mmrSelector.undoLast();
      return false;
    }
  }
  return true;
}
