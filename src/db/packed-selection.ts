import type { Selection } from '../domain/digest.ts';
import { memoise } from '../domain/memoise.ts';
import { toJson } from './json.ts';
import { lengthen, shorten } from './reason-shorthand.ts';

/**
 * What is stored, as JSON: each reason once and in shorthand; for each paper its rank and the place of its
 * reason, all in one list; the place of the dark horse.
 */
type Packed = [reasons: string[], papers: number[], darkHorse?: number];

/** As earlier versions stored it: first as it is, then with each reason once. */
type PackedBefore =
  | Selection
  | { reasons: string[]; papers: [rank: number, reason: number, isDarkHorse?: 1][] };

/** A selection as it is stored. A row is written three times in a morning, and stays in its page only while
 *  it is short. */
export function packSelection(selection: Selection): string {
  const reasons: string[] = [];
  let papers = '';
  let darkHorse = '';
  for (let at = 0; at < selection.length; at += 1) {
    const { rank, reason, isDarkHorse } = selection[at] as Selection[number];
    let place = reasons.indexOf(reason);
    if (place === -1) place = reasons.push(reason) - 1;
    papers += `${at === 0 ? '' : ','}${rank},${place}`;
    if (isDarkHorse) darkHorse = `,${at}`;
  }
  return `[[${reasons.map(packReason).join(',')}],[${papers}]${darkHorse}]`;
}

/** Readers of one digest share most of their reasons. */
const MOST_KEPT = 20_000;

const packReason = memoise((reason: string) => toJson(shorten(reason)), MOST_KEPT);

/** The selection in a stored text; also as earlier versions stored it. */
export function unpackSelection(text: string): Selection {
  const stored = JSON.parse(text) as Packed | PackedBefore;
  if (!Array.isArray(stored)) {
    return stored.papers.map(([rank, place, isDarkHorse]) =>
      selected(rank, stored.reasons[place], isDarkHorse === 1),
    );
  }
  if (!isPacked(stored)) return stored;
  const [reasons, papers, darkHorse] = stored;
  return Array.from({ length: papers.length / 2 }, (_, at) =>
    selected(
      papers[2 * at] as number,
      lengthen(reasons[papers[2 * at + 1] as number] ?? ''),
      at === darkHorse,
    ),
  );
}

function isPacked(stored: Packed | Selection): stored is Packed {
  return Array.isArray(stored[0]);
}

function selected(rank: number, reason = '', isDarkHorse: boolean): Selection[number] {
  return isDarkHorse ? { rank, reason, isDarkHorse } : { rank, reason };
}
