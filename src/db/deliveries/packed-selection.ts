import type { Selection } from '../../domain/digests/digest.ts';
import { memoise } from '../../domain/memoise.ts';
import type { Reason } from '../../domain/ranking/reason.ts';
import { toJson } from '../json.ts';
import { type PackedReason, packReason, unpackReason } from './packed-reason.ts';

/** A selection as JSON: each different reason once; rank and index of the reason for each paper, in
 *  one list; the index of the dark horse. */
type PackedSelection = [reasons: PackedReason[], papers: number[], darkHorse?: number];

/** Packs a selection for storage. The row of a delivery is written three times, and its updates
 *  stay on one page only while it is short. */
export function packSelection(selection: Selection): string {
  const reasons: Reason[] = [];
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

/** Packs a list of reasons for storage. */
export function packReasons(reasons: readonly Reason[]): string {
  return `[${reasons.map(encodeReason).join(',')}]`;
}

export function unpackReasons(text: string): Reason[] {
  return (JSON.parse(text) as PackedReason[]).map(unpackReason);
}

/** Equal reasons of a digest are the same object, see `createReasonPicker`. */
const MAX_CACHED_REASONS = 20_000;

const encodeReason = memoise((reason: Reason) => toJson(packReason(reason)), MAX_CACHED_REASONS);

export function unpackSelection(text: string): Selection {
  const [reasons, papers, darkHorse] = JSON.parse(text) as PackedSelection;
  const unpacked = reasons.map(unpackReason);
  return Array.from({ length: papers.length / 2 }, (_, at) => {
    const rank = papers[2 * at] as number;
    const reason = unpacked[papers[2 * at + 1] as number] as Reason;
    return at === darkHorse ? { rank, reason, isDarkHorse: true } : { rank, reason };
  });
}
