import { and, eq, inArray, lt, sql } from 'drizzle-orm';
import { CONFIRMING_KINDS, type LetterKind, type LetterState } from '../domain/letter.ts';
import type { Db } from './client.ts';
import { letters } from './schema.ts';

export interface Letter {
  id: number;
  subscriberId: number;
  kind: LetterKind;
  state: LetterState;
  requestedAt: Date;
  expiresAt: Date;
  usedAt: Date | null;
  attempts: number;
  /** The papers that it brings, the best first. */
  paperIds: string[];
}

const COLUMNS = {
  id: letters.id,
  subscriberId: letters.subscriberId,
  kind: letters.kind,
  state: letters.state,
  requestedAt: letters.requestedAt,
  expiresAt: letters.expiresAt,
  usedAt: letters.usedAt,
  attempts: letters.attempts,
  paperIds: letters.paperIds,
};

/** Writes down that a letter must go out. Returns its id. */
export async function addLetter(
  db: Db,
  letter: {
    subscriberId: number;
    kind: LetterKind;
    requestedAt: Date;
    expiresAt: Date;
    paperIds?: string[];
  },
): Promise<number> {
  const [row] = await db
    .insert(letters)
    .values({ paperIds: [], ...letter, state: 'pending', attempts: 0, nextAt: letter.requestedAt })
    .returning({ id: letters.id });
  if (!row) throw new Error('INSERT INTO letters returned no row.');
  return row.id;
}

/** Keeps what the letter's link will be recognised by. */
export async function setLetterToken(db: Db, id: number, tokenHash: Buffer): Promise<void> {
  await db.update(letters).set({ tokenHash }).where(eq(letters.id, id));
}

/** Whether a letter of the kind was asked for after `since`. */
export async function hasLetterSince(
  db: Db,
  { subscriberId, kind, since }: { subscriberId: number; kind: LetterKind; since: Date },
): Promise<boolean> {
  const found = await db.$count(
    letters,
    sql`subscriber_id = ${subscriberId} AND kind = ${kind} AND requested_at > ${since} AND state <> 'failed'`,
  );
  return found > 0;
}

/** The letter whose link holds the token, or null. */
export async function findLetterByToken(db: Db, tokenHash: Buffer): Promise<Letter | null> {
  const [row] = await db.select(COLUMNS).from(letters).where(eq(letters.tokenHash, tokenHash));
  return row ?? null;
}

/**
 * Takes a letter that is still to be sent for `untilAt - now`: whoever rings for it meanwhile finds
 * nothing. Null when it is sent already or somebody else has it.
 */
export async function claimLetter(
  db: Db,
  id: number,
  now: Date,
  untilAt: Date,
): Promise<Letter | null> {
  const [row] = await db
    .update(letters)
    .set({ nextAt: untilAt, attempts: sql`attempts + 1` })
    .where(and(eq(letters.id, id), eq(letters.state, 'pending'), sql`next_at <= ${now}`))
    .returning(COLUMNS);
  return row ?? null;
}

/** Writes down what a letter brings, so that each try brings the same. */
export async function setLetterPapers(
  db: Db,
  id: number,
  paperIds: readonly string[],
): Promise<void> {
  await db
    .update(letters)
    .set({ paperIds: [...paperIds] })
    .where(eq(letters.id, id));
}

/** Records what became of a try. */
export async function recordLetter(
  db: Db,
  id: number,
  result: { state: LetterState; nextAt?: Date; messageId?: string; sentAt?: Date; reply: string },
): Promise<void> {
  await db.update(letters).set(result).where(eq(letters.id, id));
}

/** Marks the letter's link as used; the first use counts. */
export async function markLetterUsed(db: Db, id: number, now: Date): Promise<void> {
  await db
    .update(letters)
    .set({ usedAt: now })
    .where(and(eq(letters.id, id), sql`used_at IS NULL`));
}

/** Marks every link of the subscriber that starts a delivery as used; the first use counts. */
export async function markConfirmationsUsed(
  db: Db,
  subscriberId: number,
  now: Date,
): Promise<void> {
  await db
    .update(letters)
    .set({ usedAt: now })
    .where(
      and(
        eq(letters.subscriberId, subscriberId),
        inArray(letters.kind, [...CONFIRMING_KINDS]),
        sql`used_at IS NULL`,
      ),
    );
}

/** Ids of letters that wait to be sent, the oldest first. */
export async function listDueLetters(db: Db, now: Date, limit: number): Promise<number[]> {
  const rows = await db
    .select({ id: letters.id })
    .from(letters)
    .where(sql`state = 'pending' AND next_at <= ${now}`)
    .orderBy(letters.nextAt)
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** Removes letters whose links ended before `before`. Returns how many. */
export async function removeLetters(db: Db, before: Date): Promise<number> {
  const removed = await db.delete(letters).where(lt(letters.expiresAt, before));
  return removed.rowCount ?? 0;
}
