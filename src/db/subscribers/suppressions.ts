import { and, eq, sql } from 'drizzle-orm';
import type { SuppressionReason } from '../../domain/subscribers/subscriber.ts';
import type { Db } from '../client.ts';
import { suppressions } from '../schema.ts';

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
export async function lockForErasure(db: Db): Promise<void> {
  await db.execute(sql`SELECT pg_advisory_xact_lock(${ERASURE_LOCK})`);
}

/** Waits for an erasure in progress; other imports go on. Holds until the transaction ends. */
export async function awaitErasures(db: Db): Promise<void> {
  await db.execute(sql`SELECT pg_advisory_xact_lock_shared(${ERASURE_LOCK})`);
}

/** Which of the hashes are suppressed, as hexadecimal text. */
export async function listSuppressedHashes(
  db: Db,
  emailHashes: readonly Buffer[],
): Promise<Set<string>> {
  const hex = emailHashes.map((hash) => hash.toString('hex'));
  const result = await db.execute<{ hash: string }>(sql`
    SELECT encode(email_hash, 'hex') AS hash FROM suppressions
    WHERE email_hash IN (SELECT decode(given, 'hex') FROM unnest(${sql.param(hex)}::text[]) AS given)`);
  return new Set(result.rows.map(({ hash }) => hash));
}

/** Never mail the address again. The first reason stays, unless it was only `erased`. `digestId` names
 *  the digest whose refusal it came by. */
export async function suppressAddress(
  db: Db,
  emailHash: Buffer,
  reason: SuppressionReason,
  now: Date,
  digestId: number | null = null,
): Promise<void> {
  await db
    .insert(suppressions)
    .values({ emailHash, reason, createdAt: now, digestId })
    .onConflictDoUpdate({
      target: suppressions.emailHash,
      set: { reason, createdAt: now, digestId },
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

/** Never mail an address again that a relay said does not exist, as long as the digest of which it said
 *  so goes on: a paused one is under suspicion itself. */
export async function suppressBounced(
  db: Db,
  emailHash: Buffer,
  digestId: number,
  now: Date,
): Promise<void> {
  await db.transaction(async (tx) => {
    const sendingDigest = await tx.execute(
      sql`SELECT FROM digests WHERE id = ${digestId} AND paused_at IS NULL FOR SHARE`,
    );
    if (sendingDigest.rows.length > 0)
      await suppressAddress(tx, emailHash, 'bounce', now, digestId);
  });
}

/** Lifts every suppression that came by a refusal in this digest. Returns how many. */
export async function liftBounces(db: Db, digestId: number): Promise<number> {
  const lifted = await db
    .delete(suppressions)
    .where(and(eq(suppressions.digestId, digestId), eq(suppressions.reason, 'bounce')));
  return lifted.rowCount ?? 0;
}
