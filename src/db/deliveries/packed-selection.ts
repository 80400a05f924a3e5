import type { Selection } from '../../domain/digests/digest.ts';
import { memoise } from '../../domain/memoise.ts';
import { toJson } from '../json.ts';
import { abbreviateReason, expandReason } from './reason-abbreviations.ts';

/** A selection as stored in JSON: the distinct abbreviated reasons; the rank and reason index of each
 *  paper in one flat list; the index of the dark horse. */
type PackedSelection = [reasons: string[], papers: number[], darkHorse?: number];

/** As earlier versions stored it: first unpacked, then with distinct reasons. */
type LegacyPackedSelection =
  | Selection
  | { reasons: string[]; papers: [rank: number, reason: number, isDarkHorse?: 1][] };

/** Packs a selection to be stored. A delivery is updated several times, and stays in its page only while
 *  it is short. */
export function packSelection(selection: Selection): string {
  const reasons: string[] = [];
  let papers = '';
  let darkHorse = '';
  for (let at = 0; at < selection.length; at += 1) {
    const { rank, reason, isDarkHorse } = selection[at] as Selection[number];
    let reasonIndex = reasons.indexOf(reason);
    if (reasonIndex === -1) reasonIndex = reasons.push(reason) - 1;
    papers += `${at === 0 ? '' : ','}${rank},${reasonIndex}`;
    if (isDarkHorse) darkHorse = `,${at}`;
  }
  return `[[${reasons.map(encodeReason).join(',')}],[${papers}]${darkHorse}]`;
}

/** Subscribers of one digest share most of their reasons. */
const MAX_CACHED_REASONS = 20_000;

const encodeReason = memoise(
  (reason: string) => toJson(abbreviateReason(reason)),
  MAX_CACHED_REASONS,
);

/** Unpacks a stored selection, also one of an earlier version. */
export function unpackSelection(text: string): Selection {
  const stored = JSON.parse(text) as PackedSelection | LegacyPackedSelection;
  if (!Array.isArray(stored)) {
    return stored.papers.map(([rank, reasonIndex, isDarkHorse]) =>
      createSelectedPaper(rank, stored.reasons[reasonIndex], isDarkHorse === 1),
    );
  }
  if (!isPacked(stored)) return stored;
  const [reasons, papers, darkHorse] = stored;
  return Array.from({ length: papers.length / 2 }, (_, at) =>
    createSelectedPaper(
      papers[2 * at] as number,
      expandReason(reasons[papers[2 * at + 1] as number] ?? ''),
      at === darkHorse,
    ),
  );
}

function isPacked(stored: PackedSelection | Selection): stored is PackedSelection {
  return Array.isArray(stored[0]);
}

function createSelectedPaper(rank: number, reason = '', isDarkHorse: boolean): Selection[number] {
  return isDarkHorse ? { rank, reason, isDarkHorse } : { rank, reason };
}
