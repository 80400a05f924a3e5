import type { Db } from '../../db/client.ts';
import { readSourceRecords } from '../../db/source-times.ts';
import type { Missing } from '../../domain/composing.ts';
import type { DigestKind } from '../../domain/digest.ts';
import { expectedDay, isThere } from '../../domain/expected-lists.ts';
import type { Rhythm } from '../../domain/rhythm.ts';

/** The lists that a digest, due at `from`, expects of `sources` and that are not there. Nothing is expected
 *  of a source that was asked for the first time after that: what it had then is here. */
export async function missingLists(
  db: Db,
  sources: readonly (Rhythm & { name: string })[],
  { kind, date, from, now }: { kind: DigestKind; date: string; from: Date; now: Date },
): Promise<Missing[]> {
  if (sources.length === 0) return [];
  const recordOf = await readSourceRecords(db, now);
  return sources.flatMap((source) => {
    const day = expectedDay(source, { kind, date, from });
    const { brought, whole, firstAskedAt, askedAt } = recordOf(source.name);
    if (day === null || isThere(source, day, { brought, whole })) return [];
    if (firstAskedAt !== null && firstAskedAt >= from) return [];
    return [{ source: source.name, day, wasAsked: askedAt !== null && askedAt >= from }];
  });
}
