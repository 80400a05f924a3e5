export const FORMS = ['lead', 'story', 'darkHorse', 'brief'] as const;
export type Form = (typeof FORMS)[number];

/** A place in a mail. */
export interface Place {
  /** Which paper of the selection stands here. */
  at: number;
  form: Form;
  isFirstBrief: boolean;
  /** A hairline parts it from the brief before. */
  isRuled: boolean;
}

/**
 * Which paper stands where: one lead, three stories, the dark horse, the rest in brief. Five papers
 * or fewer are a lead and briefs (LOOK: edition), and then the dark horse is one of the briefs. The
 * dark horse is told by its place in the selection, null when there is none.
 */
export function layOut(count: number, darkHorse: number | null): Place[] {
  const isShort = count <= LONGEST_SHORT_EDITION;
  const all = Array.from({ length: count }, (_, at) => at);
  const others = all.filter((at) => at !== darkHorse);
  const inOrder = isShort && darkHorse !== null ? [...others, darkHorse] : others;
  const formed = inOrder.map((at, place) => ({ at, form: formAt(place, isShort) }));
  if (!isShort && darkHorse !== null) {
    formed.splice(1 + STORIES, 0, { at: darkHorse, form: 'darkHorse' });
  }
  const firstBrief = formed.findIndex(({ form }) => form === 'brief');
  return formed.map(({ at, form }, place) => ({
    at,
    form,
    isFirstBrief: place === firstBrief,
    isRuled: form === 'brief' && place > firstBrief,
  }));
}

function formAt(place: number, isShort: boolean): Form {
  if (place === 0) return 'lead';
  return !isShort && place <= STORIES ? 'story' : 'brief';
}

const LONGEST_SHORT_EDITION = 5;
const STORIES = 3;
