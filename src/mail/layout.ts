import type { SelectedPaper, Selection } from '../domain/digest.ts';

export const FORMS = ['lead', 'story', 'darkHorse', 'brief'] as const;
export type Form = (typeof FORMS)[number];

export interface Placed extends SelectedPaper {
  form: Form;
}

/**
 * Which paper stands where: one lead, three stories, the dark horse, the rest in brief. Five papers
 * or fewer are a lead and briefs (LOOK: edition), and then the dark horse is one of the briefs.
 */
export function layOut(selection: Selection, darkHorseRank: number | null): Placed[] {
  const isShort = selection.length <= LONGEST_SHORT_EDITION;
  const darkHorse = selection.find(({ rank }) => rank === darkHorseRank);
  const others = selection.filter((paper) => paper !== darkHorse);
  if (darkHorse === undefined || isShort) {
    const inOrder =
      others.length === 0 || darkHorse === undefined ? selection : [...others, darkHorse];
    return inOrder.map((paper, place) => ({ ...paper, form: formAt(place, isShort) }));
  }
  const placed = others.map((paper, place) => ({ ...paper, form: formAt(place, isShort) }));
  return placed.toSpliced(1 + STORIES, 0, { ...darkHorse, form: 'darkHorse' });
}

function formAt(place: number, isShort: boolean): Form {
  if (place === 0) return 'lead';
  return !isShort && place <= STORIES ? 'story' : 'brief';
}

const LONGEST_SHORT_EDITION = 5;
const STORIES = 3;
