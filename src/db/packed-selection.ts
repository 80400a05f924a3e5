import type { Selection } from '../domain/digest.ts';
import { toJson } from './json.ts';

/** Each reason once, and for each paper its rank, the place of its reason, and 1 for a dark horse. */
interface Packed {
  reasons: string[];
  papers: [rank: number, reason: number, isDarkHorse?: 1][];
}

/** A selection as it is stored. A row is written three times in a morning, so that it pays to keep it
 *  short: readers' reasons repeat. */
export function packSelection(selection: Selection): string {
  const places = new Map<string, number>();
  const papers = selection.map(({ rank, reason, isDarkHorse }): Packed['papers'][number] => {
    const place = places.get(reason) ?? places.size;
    places.set(reason, place);
    return isDarkHorse ? [rank, place, 1] : [rank, place];
  });
  return toJson({ reasons: [...places.keys()], papers } satisfies Packed);
}

/** The selection in a stored text; also as version 0.1.0 stored it, unpacked. */
export function unpackSelection(text: string): Selection {
  const stored = JSON.parse(text) as Packed | Selection;
  if (Array.isArray(stored)) return stored;
  return stored.papers.map(([rank, place, isDarkHorse]) => ({
    rank,
    reason: stored.reasons[place] ?? '',
    ...(isDarkHorse && { isDarkHorse: true }),
  }));
}
