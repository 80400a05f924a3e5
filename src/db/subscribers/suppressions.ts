import { and, eq, sql } from 'drizzle-orm';
import type { SuppressionReason } from '../../domain/subscribers/subscriber.ts';
import type { Db } from '../client.ts';
import { suppressions } from '../schema.ts';

/** Why the address with this hash is suppressed, or null. */
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

/** An arbitrary number. Erasures and imports exclude each other: an import that began before an
 *  erasure ended would bring the subscriber back. */
const ERASURE_LOCK = 7_277_374;

/** Waits for running imports, and blocks new ones until the transaction ends. */
export async function lockForErasure(db: Db): Promise<void> {
  await db.execute(sql`SELECT pg_advisory_xact_lock(${ERASURE_LOCK})`);
}

/** Waits for a running erasure, and blocks new ones until the transaction ends; imports may
 *  overlap. */
export async function awaitErasures(db: Db): Promise<void> {
  await db.execute(sql`SELECT pg_advisory_xact_lock_shared(${ERASURE_LOCK})`);
}

/** The hashes that are suppressed, in hexadecimal. */
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

/** Suppresses the address. The first reason stays, unless it was only `erased`. `digestId` is
 *  the digest whose delivery bounced. */
export async function suppressAddress(
  db: Db,
  suppression: {
    emailHash: Buffer;
    reason: SuppressionReason;
    digestId?: number | null;
    now: Date;
  },
): Promise<void> {
  const { emailHash, reason, digestId = null, now } = suppression;
  await db
    .insert(suppressions)
    .values({ emailHash, reason, createdAt: now, digestId })
    .onConflictDoUpdate({
      target: suppressions.emailHash,
      set: { reason, createdAt: now, digestId },
      setWhere: sql`suppressions.reason = 'erased'`,
    });
}

/** Lifts the suppression if it has that reason. */
export async function liftSuppression(
  db: Db,
  emailHash: Buffer,
  reason: SuppressionReason,
): Promise<void> {
  await db
    .delete(suppressions)
    .where(and(eq(suppressions.emailHash, emailHash), eq(suppressions.reason, reason)));
}

/** Suppresses an address that a relay rejected as unknown, unless the digest is paused: then too
 *  many addresses were rejected, and the replies are in doubt. */
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
      await suppressAddress(tx, { emailHash, reason: 'bounce', digestId, now });
  });
}

/** Lifts every suppression caused by a bounce in this digest. Returns how many. */
export async function liftBounces(db: Db, digestId: number): Promise<number> {
  const lifted = await db
    .delete(suppressions)
    .where(and(eq(suppressions.digestId, digestId), eq(suppressions.reason, 'bounce')));
  return lifted.rowCount ?? 0;
}
