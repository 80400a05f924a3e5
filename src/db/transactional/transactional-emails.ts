import { and, eq, inArray, lt, sql } from 'drizzle-orm';
import {
  CONFIRMING_TRANSACTIONAL_KINDS,
  type TransactionalKind,
  type TransactionalState,
} from '../../domain/transactional/transactional-email.ts';
import type { Db } from '../client.ts';
import { transactionalEmails } from '../schema.ts';

export interface TransactionalEmail {
  id: number;
  subscriberId: number;
  kind: TransactionalKind;
  state: TransactionalState;
  requestedAt: Date;
  expiresAt: Date;
  usedAt: Date | null;
  attempts: number;
  /** The papers that it brings, the best first. */
  paperIds: string[];
}

const COLUMNS = {
  id: transactionalEmails.id,
  subscriberId: transactionalEmails.subscriberId,
  kind: transactionalEmails.kind,
  state: transactionalEmails.state,
  requestedAt: transactionalEmails.requestedAt,
  expiresAt: transactionalEmails.expiresAt,
  usedAt: transactionalEmails.usedAt,
  attempts: transactionalEmails.attempts,
  paperIds: transactionalEmails.paperIds,
};

/** Writes down that a letter must go out. Returns its id. */
export async function addTransactionalEmail(
  db: Db,
  transactionalEmail: {
    subscriberId: number;
    kind: TransactionalKind;
    requestedAt: Date;
    expiresAt: Date;
    paperIds?: string[];
  },
): Promise<number> {
  const [row] = await db
    .insert(transactionalEmails)
    .values({
      paperIds: [],
      ...transactionalEmail,
      state: 'pending',
      attempts: 0,
      nextAt: transactionalEmail.requestedAt,
    })
    .returning({ id: transactionalEmails.id });
  if (!row) throw new Error('INSERT INTO transactional_emails returned no row.');
  return row.id;
}

/** Keeps what the letter's link will be recognised by. */
export async function setTransactionalEmailToken(
  db: Db,
  id: number,
  tokenHash: Buffer,
): Promise<void> {
  await db.update(transactionalEmails).set({ tokenHash }).where(eq(transactionalEmails.id, id));
}

/** Whether a letter of the kind was asked for after `since`. */
export async function hasTransactionalEmailSince(
  db: Db,
  { subscriberId, kind, since }: { subscriberId: number; kind: TransactionalKind; since: Date },
): Promise<boolean> {
  const found = await db.$count(
    transactionalEmails,
    sql`subscriber_id = ${subscriberId} AND kind = ${kind} AND requested_at > ${since} AND state <> 'failed'`,
  );
  return found > 0;
}

/** The letter whose link holds the token, or null. */
export async function findTransactionalEmailByToken(
  db: Db,
  tokenHash: Buffer,
): Promise<TransactionalEmail | null> {
  const [row] = await db
    .select(COLUMNS)
    .from(transactionalEmails)
    .where(eq(transactionalEmails.tokenHash, tokenHash));
  return row ?? null;
}

/**
 * Takes a letter that is still to be sent for `untilAt - now`: whoever rings for it meanwhile finds
 * nothing. Null when it is sent already or somebody else has it.
 */
export async function claimTransactionalEmail(
  db: Db,
  id: number,
  now: Date,
  untilAt: Date,
): Promise<TransactionalEmail | null> {
  const [row] = await db
    .update(transactionalEmails)
    .set({ nextAt: untilAt, attempts: sql`attempts + 1` })
    .where(
      and(
        eq(transactionalEmails.id, id),
        eq(transactionalEmails.state, 'pending'),
        sql`next_at <= ${now}`,
      ),
    )
    .returning(COLUMNS);
  return row ?? null;
}

/** Writes down what a letter brings, so that each try brings the same. */
export async function setTransactionalEmailPapers(
  db: Db,
  id: number,
  paperIds: readonly string[],
): Promise<void> {
  await db
    .update(transactionalEmails)
    .set({ paperIds: [...paperIds] })
    .where(eq(transactionalEmails.id, id));
}

/** Records what became of a try. */
export async function recordTransactionalEmail(
  db: Db,
  id: number,
  result: {
    state: TransactionalState;
    nextAt?: Date;
    messageId?: string;
    sentAt?: Date;
    reply: string;
  },
): Promise<void> {
  await db.update(transactionalEmails).set(result).where(eq(transactionalEmails.id, id));
}

/** Marks the letter's link as used; the first use counts. */
export async function markTransactionalEmailUsed(db: Db, id: number, now: Date): Promise<void> {
  await db
    .update(transactionalEmails)
    .set({ usedAt: now })
    .where(and(eq(transactionalEmails.id, id), sql`used_at IS NULL`));
}

/** Marks every link of the subscriber that starts a delivery as used; the first use counts. */
export async function markConfirmationsUsed(
  db: Db,
  subscriberId: number,
  now: Date,
): Promise<void> {
  await db
    .update(transactionalEmails)
    .set({ usedAt: now })
    .where(
      and(
        eq(transactionalEmails.subscriberId, subscriberId),
        inArray(transactionalEmails.kind, [...CONFIRMING_TRANSACTIONAL_KINDS]),
        sql`used_at IS NULL`,
      ),
    );
}

/** Ids of letters that wait to be sent, the oldest first. */
export async function listDueTransactionalEmails(
  db: Db,
  now: Date,
  limit: number,
): Promise<number[]> {
  const rows = await db
    .select({ id: transactionalEmails.id })
    .from(transactionalEmails)
    .where(sql`state = 'pending' AND next_at <= ${now}`)
    .orderBy(transactionalEmails.nextAt)
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** Removes letters whose links ended before `before`. Returns how many. */
export async function removeTransactionalEmails(db: Db, before: Date): Promise<number> {
  const removed = await db
    .delete(transactionalEmails)
    .where(lt(transactionalEmails.expiresAt, before));
  return removed.rowCount ?? 0;
}
