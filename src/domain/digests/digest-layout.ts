export const DISPLAY_FORMATS = ['lead', 'story', 'darkHorse', 'brief'] as const;
export type DisplayFormat = (typeof DISPLAY_FORMATS)[number];

/** A paper of the selection in its place in the digest. */
export interface LayoutItem {
  selectionIndex: number;
  format: DisplayFormat;
  isFirstBrief: boolean;
  /** Whether a hairline separates it from the previous brief. */
  isRuled: boolean;
}

/**
 * Lays out a selection: one lead, three stories, the dark horse, the rest as briefs. Five papers or
 * fewer are a lead and briefs, and the dark horse is the last brief.
 * @param darkHorseIndex its index in the selection, or null
 */
export function layOutPapers(count: number, darkHorseIndex: number | null): LayoutItem[] {
  const isShort = count <= MAX_SHORT_DIGEST_PAPERS;
  const all = Array.from({ length: count }, (_, at) => at);
  const others = all.filter((at) => at !== darkHorseIndex);
  const inOrder = isShort && darkHorseIndex !== null ? [...others, darkHorseIndex] : others;
  const items = inOrder.map((selectionIndex, place) => ({
    selectionIndex,
    format: formatAt(place, isShort),
  }));
  if (!isShort && darkHorseIndex !== null) {
    items.splice(1 + STORY_COUNT, 0, { selectionIndex: darkHorseIndex, format: 'darkHorse' });
  }
  const firstBrief = items.findIndex(({ format }) => format === 'brief');
  return items.map(({ selectionIndex, format }, place) => ({
    selectionIndex,
    format,
    isFirstBrief: place === firstBrief,
    isRuled: format === 'brief' && place > firstBrief,
  }));
}

function formatAt(place: number, isShort: boolean): DisplayFormat {
  if (place === 0) return 'lead';
  return !isShort && place <= STORY_COUNT ? 'story' : 'brief';
}

const MAX_SHORT_DIGEST_PAPERS = 5;
const STORY_COUNT = 3;
