import { and, eq, sql } from 'drizzle-orm';
import type { SuppressionReason } from '../domain/subscriber.ts';
import type { Db } from './client.ts';
import { suppressions } from './schema.ts';

/** Why the address behind the hash is never mailed again, or null. */
export async function findSuppression(
  db: Db,
  emailHash: Buffer,
): Promise<SuppressionReason | null> {
  const [row] = await db
    .select({ reason: suppressions.reason })
    .from(suppressions)
    .where(eq(suppressions.emailHash, emailHash));
  return row?.reason ?? null;
}

/** Any number: erasing and importing take turns, or an import that began before an erasure ended
 *  would bring the reader back. */
const ERASURE_LOCK = 7_277_374;

/** Waits for imports in progress and keeps others waiting until the transaction ends. */
export async function lockErasure(db: Db): Promise<void> {
  await db.execute(sql`SELECT pg_advisory_xact_lock(${ERASURE_LOCK})`);
}

/** Waits for an erasure in progress; other imports go on. Holds until the transaction ends. */
export async function awaitErasures(db: Db): Promise<void> {
  await db.execute(sql`SELECT pg_advisory_xact_lock_shared(${ERASURE_LOCK})`);
}

/** Which of the hashes are suppressed, as hexadecimal text. */
export async function listSuppressed(db: Db, emailHashes: readonly Buffer[]): Promise<Set<string>> {
  const hex = emailHashes.map((hash) => hash.toString('hex'));
  const result = await db.execute<{ hash: string }>(sql`
    SELECT encode(email_hash, 'hex') AS hash FROM suppressions
    WHERE email_hash IN (SELECT decode(given, 'hex') FROM unnest(${sql.param(hex)}::text[]) AS given)`);
  return new Set(result.rows.map(({ hash }) => hash));
}

/** Never mail the address again. The first reason stays, unless it was only `erased`. */
export async function suppress(
  db: Db,
  emailHash: Buffer,
  reason: SuppressionReason,
  now: Date,
): Promise<void> {
  await db
    .insert(suppressions)
    .values({ emailHash, reason, createdAt: now })
    .onConflictDoUpdate({
      target: suppressions.emailHash,
      set: { reason, createdAt: now },
      setWhere: sql`suppressions.reason = 'erased'`,
    });
}

/** Lifts a suppression of that reason. */
export async function liftSuppression(
  db: Db,
  emailHash: Buffer,
  reason: SuppressionReason,
): Promise<void> {
  await db
    .delete(suppressions)
    .where(and(eq(suppressions.emailHash, emailHash), eq(suppressions.reason, reason)));
}
