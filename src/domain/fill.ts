import type { Choice } from './choice.ts';
import { type ShownWords, WORDS_PER_MINUTE } from './reading-time.ts';

/** How much a selection may hold. */
export interface Room {
  /** Papers in all. */
  papers: number;
  /** Of reading, or null when papers are counted alone. */
  minutes: number | null;
}

/** Takes the best until the room is full or nothing is left; a single paper always fits. `darkHorse` is which
 *  of those taken stands apart, null when none does. False when the minutes are used up: nothing can be taken
 *  after that. */
export function fill(
  choice: Choice,
  { papers, minutes }: Room,
  shownWords: ShownWords,
  darkHorse: number | null = null,
): boolean {
  if (minutes === null) {
    choice.takeBest(papers - choice.taken.length);
    return true;
  }
  for (let taken = choice.taken.length; taken < papers; taken += 1) {
    choice.takeBest(1);
    if (choice.taken.length === taken) return true;
    if (taken > 0 && shownWords(choice.taken, darkHorse) > minutes * WORDS_PER_MINUTE) {
      choice.giveBackLast();
      return false;
    }
  }
  return true;
}
