import { type ShownWordCounter, WORDS_PER_MINUTE } from '../digests/reading-time.ts';
import type { MmrSelector } from './mmr-selector.ts';

/** How much a selection may hold. */
export interface SelectionLimits {
  /** Papers in all. */
  papers: number;
  /** Of reading, or null when papers are counted alone. */
  minutes: number | null;
}

/** Takes the best until the room is full or nothing is left; a single paper always fits. `darkHorse` is which
 *  of those taken stands apart, null when none does. False when the minutes are used up: nothing can be taken
 *  after that. */
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
