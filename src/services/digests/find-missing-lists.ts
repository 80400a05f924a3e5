import type { Db } from '../../db/client.ts';
import { readSourceHistories } from '../../db/sources/sources.ts';
import type { MissingList } from '../../domain/digests/compose-due.ts';
import type { DigestKind } from '../../domain/digests/digest.ts';
import { findExpectedListDay, hasCompleteList } from '../../domain/sources/expected-lists.ts';
import type { PublishingSchedule } from '../../domain/sources/publishing-schedule.ts';

/** The lists that a digest, due at `from`, expects of `sources` and that are missing. Nothing is
 *  expected of a source whose first fetch was later: it has returned everything it had. */
export async function findMissingLists(
  db: Db,
  sources: readonly (PublishingSchedule & { name: string })[],
  { kind, date, from, now }: { kind: DigestKind; date: string; from: Date; now: Date },
): Promise<MissingList[]> {
  if (sources.length === 0) return [];
  const getHistory = await readSourceHistories(db, now);
  return sources.flatMap((source) => {
    const day = findExpectedListDay(source, { kind, date, from });
    const history = getHistory(source.name);
    if (day === null || hasCompleteList(source, day, history)) return [];
    const { firstFetchedAt, lastFetchedAt } = history;
    if (firstFetchedAt !== null && firstFetchedAt >= from) return [];
    return [
      { source: source.name, day, wasFetched: lastFetchedAt !== null && lastFetchedAt >= from },
    ];
  });
}
