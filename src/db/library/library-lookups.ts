import { and, eq, lt, lte, ne, sql } from 'drizzle-orm';
import type { LibraryLookup, LookupKind } from '../../domain/library/library-lookup.ts';
import type { Db } from '../client.ts';
import { libraryLookups } from '../schema.ts';

const LOOKUP = {
  kind: libraryLookups.kind,
  query: libraryLookups.query,
  state: libraryLookups.state,
  requestedAt: libraryLookups.requestedAt,
  attempts: libraryLookups.attempts,
  found: libraryLookups.found,
};

/** Requests a lookup. It replaces an earlier one of the same kind. */
export async function requestLookup(
  db: Db,
  lookup: { subscriberId: number; kind: LookupKind; query: string },
  now: Date,
): Promise<void> {
  const values = {
    state: 'pending',
    requestedAt: now,
    nextAt: now,
    attempts: 0,
    found: 0,
  } as const;
  await db
    .insert(libraryLookups)
    .values({ ...lookup, ...values })
    .onConflictDoUpdate({
      target: [libraryLookups.subscriberId, libraryLookups.kind],
      set: { query: lookup.query, ...values, endedAt: null },
    });
}

/** The lookups of a subscriber, the last requested first. */
export async function listLookups(db: Db, subscriberId: number): Promise<LibraryLookup[]> {
  return db
    .select(LOOKUP)
    .from(libraryLookups)
    .where(eq(libraryLookups.subscriberId, subscriberId))
    .orderBy(sql`requested_at DESC, kind`);
}

/** Subscribers with a lookup that is due, the one that waits longest first. */
export async function listDueLookups(db: Db, now: Date, limit: number): Promise<number[]> {
  const due = await db
    .select({ subscriberId: libraryLookups.subscriberId })
    .from(libraryLookups)
    .where(and(eq(libraryLookups.state, 'pending'), lte(libraryLookups.nextAt, now)))
    .groupBy(libraryLookups.subscriberId)
    .orderBy(sql`min(next_at)`)
    .limit(limit);
  return due.map(({ subscriberId }) => subscriberId);
}

/** Claims a due lookup of the subscriber until `until`, when another process may take it. Null when
 *  none is due. */
export async function claimLookup(
  db: Db,
  subscriberId: number,
  now: Date,
  until: Date,
): Promise<LibraryLookup | null> {
  const [claimed] = await db
    .update(libraryLookups)
    .set({ nextAt: until })
    .where(
      and(
        eq(libraryLookups.subscriberId, subscriberId),
        sql`kind = (SELECT kind FROM library_lookups
          WHERE subscriber_id = ${subscriberId} AND state = 'pending' AND next_at <= ${now}
          ORDER BY kind LIMIT 1 FOR UPDATE SKIP LOCKED)`,
      ),
    )
    .returning(LOOKUP);
  return claimed ?? null;
}

/** Records how a claimed lookup went, unless it was requested again since. */
export async function recordLookup(
  db: Db,
  subscriberId: number,
  { kind, requestedAt }: Pick<LibraryLookup, 'kind' | 'requestedAt'>,
  result:
    | { state: 'done'; found: number; endedAt: Date }
    | { state: 'failed'; attempts: number; endedAt: Date }
    | { state: 'pending'; attempts: number; nextAt: Date },
): Promise<void> {
  await db
    .update(libraryLookups)
    .set(result)
    .where(
      and(
        eq(libraryLookups.subscriberId, subscriberId),
        eq(libraryLookups.kind, kind),
        eq(libraryLookups.requestedAt, requestedAt),
      ),
    );
}

/** Removes all lookups of a subscriber. */
export async function removeLookups(db: Db, subscriberId: number): Promise<void> {
  await db.delete(libraryLookups).where(eq(libraryLookups.subscriberId, subscriberId));
}

/** Removes lookups that ended before `before`. Returns how many. */
export async function removeEndedLookups(db: Db, before: Date): Promise<number> {
  const removed = await db
    .delete(libraryLookups)
    .where(and(ne(libraryLookups.state, 'pending'), lt(libraryLookups.endedAt, before)));
  return removed.rowCount ?? 0;
}
