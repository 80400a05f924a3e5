import type { Db } from '../../db/client.ts';
import { readSourceHistories } from '../../db/sources/sources.ts';
import type { MissingList } from '../../domain/digests/compose-due.ts';
import type { DigestKind } from '../../domain/digests/digest.ts';
import { findExpectedListDay, hasCompleteList } from '../../domain/sources/expected-lists.ts';
import type { PublishingSchedule } from '../../domain/sources/publishing-schedule.ts';

/** The lists that a digest, due at `from`, expects of `sources` and that are not there. Nothing is
 *  expected of a source that was asked for the first time after that: what it had then is here. */
export async function findMissingLists(
  db: Db,
  sources: readonly (PublishingSchedule & { name: string })[],
  { kind, date, from, now }: { kind: DigestKind; date: string; from: Date; now: Date },
): Promise<MissingList[]> {
  if (sources.length === 0) return [];
  const recordOf = await readSourceHistories(db, now);
  return sources.flatMap((source) => {
    const day = findExpectedListDay(source, { kind, date, from });
    const {
      listedDays: brought,
      completeDays: whole,
      firstFetchedAt: firstAskedAt,
      lastFetchedAt: askedAt,
    } = recordOf(source.name);
    if (day === null || hasCompleteList(source, day, { listedDays: brought, completeDays: whole }))
      return [];
    if (firstAskedAt !== null && firstAskedAt >= from) return [];
    return [{ source: source.name, day, wasAsked: askedAt !== null && askedAt >= from }];
  });
}
