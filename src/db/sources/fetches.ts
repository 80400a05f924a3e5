import { eq, sql } from 'drizzle-orm';
import type { HttpValidators } from '../../domain/sources/source.ts';
import type { FetchRecord } from '../../domain/sources/source-history.ts';
import type { Db } from '../client.ts';
import { fetches, sources } from '../schema.ts';
import { toStorableText } from '../storable.ts';

/** The validators of a source's last list; null when there are none. */
export async function findValidators(db: Db, source: string): Promise<HttpValidators | null> {
  const [row] = await db
    .select({
      url: sources.validatedUrl,
      etag: sources.etag,
      lastModified: sources.lastModified,
    })
    .from(sources)
    .where(eq(sources.name, source));
  return row && row.url !== null ? { ...row, url: row.url } : null;
}

/** Records a fetch and updates the state of its source. `newestListDay` is the newest day of its
 *  papers; undefined `validators` leave the stored ones as they are. */
export async function recordFetch(
  tx: Db,
  fetch: FetchRecord,
  changes: { validators?: HttpValidators | null; newestListDay: string | null },
): Promise<void> {
  const { validators, newestListDay } = changes;
  const detail = fetch.detail && toStorableText(fetch.detail);
  await tx.insert(fetches).values({ ...fetch, detail });
  const { source, endedAt, outcome, added } = fetch;
  const hasFailed = outcome === 'failed';
  const hasAdded = added > 0;
  await tx.execute(sql`
    INSERT INTO sources AS known (name, next_at, failures, succeeded_at, last_new_paper_at, newest_list_day)
    VALUES (${source}, ${endedAt}, ${hasFailed ? 1 : 0}, ${hasFailed ? null : endedAt},
      ${hasAdded ? endedAt : null}, ${hasAdded ? newestListDay : null})
    ON CONFLICT (name) DO UPDATE SET
      failures = CASE WHEN ${hasFailed} THEN known.failures + 1 ELSE 0 END,
      succeeded_at = coalesce(excluded.succeeded_at, known.succeeded_at),
      last_new_paper_at = coalesce(excluded.last_new_paper_at, known.last_new_paper_at),
      newest_list_day = greatest(excluded.newest_list_day, known.newest_list_day)`);
  if (validators === undefined) return;
  await tx
    .update(sources)
    .set({
      validatedUrl: validators?.url ?? null,
      etag: validators?.etag ?? null,
      lastModified: validators?.lastModified ?? null,
    })
    .where(eq(sources.name, source));
}
