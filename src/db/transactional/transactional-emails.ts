import { and, desc, eq, gt, inArray, isNotNull, isNull, lt, ne, type SQL, sql } from 'drizzle-orm';
import type { Reason } from '../../domain/ranking/reason.ts';
import type { SignUpRequest } from '../../domain/subscribers/sign-up-request.ts';
import { MINUTE_MS } from '../../domain/time/units.ts';
import {
  CONFIRMING_TRANSACTIONAL_KINDS,
  type TransactionalKind,
  type TransactionalState,
} from '../../domain/transactional/transactional-email.ts';
import type { Db } from '../client.ts';
import { LIVE_LEASE } from '../deliveries/leases.ts';
import { transactionalEmails } from '../schema.ts';

export interface TransactionalEmail {
  id: number;
  subscriberId: number;
  kind: TransactionalKind;
  state: TransactionalState;
  requestedAt: Date;
  sendAt: Date;
  expiresAt: Date;
  usedAt: Date | null;
  attempts: number;
  /** Its papers, the best first. */
  paperIds: string[];
  /** Why each was chosen, in the same order. */
  reasons: Reason[];
  /** What its link applies when it is confirmed; null for other kinds and once a link was
   *  confirmed. */
  signUpRequest: SignUpRequest | null;
}

const COLUMNS = {
  id: transactionalEmails.id,
  subscriberId: transactionalEmails.subscriberId,
  kind: transactionalEmails.kind,
  state: transactionalEmails.state,
  requestedAt: transactionalEmails.requestedAt,
  sendAt: transactionalEmails.sendAt,
  expiresAt: transactionalEmails.expiresAt,
  usedAt: transactionalEmails.usedAt,
  attempts: transactionalEmails.attempts,
  paperIds: transactionalEmails.paperIds,
  reasons: transactionalEmails.reasons,
  signUpRequest: transactionalEmails.signUpRequest,
};

/** Stores an e-mail that is to be sent. Returns its id. */
export async function addTransactionalEmail(
  db: Db,
  transactionalEmail: {
    subscriberId: number;
    kind: TransactionalKind;
    requestedAt: Date;
    /** @defaultValue `requestedAt` */
    sendAt?: Date;
    expiresAt: Date;
    paperIds?: string[];
    signUpRequest?: SignUpRequest;
  },
): Promise<number> {
  const { sendAt = transactionalEmail.requestedAt } = transactionalEmail;
  const [row] = await db
    .insert(transactionalEmails)
    .values({
      paperIds: [],
      reasons: [],
      ...transactionalEmail,
      sendAt,
      state: 'pending',
      attempts: 0,
      nextAt: sendAt,
    })
    .returning({ id: transactionalEmails.id });
  if (!row) throw new Error('INSERT INTO transactional_emails returned no row.');
  return row.id;
}

/** Stores the hash that identifies the e-mail's link. */
export async function setTransactionalEmailToken(
  db: Db,
  id: number,
  tokenHash: Buffer,
): Promise<void> {
  await db.update(transactionalEmails).set({ tokenHash }).where(eq(transactionalEmails.id, id));
}

/** Whether an e-mail of the kind was sent, or was to be sent, after `since`. */
export async function hasTransactionalEmailSince(
  db: Db,
  { subscriberId, kind, since }: { subscriberId: number; kind: TransactionalKind; since: Date },
): Promise<boolean> {
  const found = await db.$count(
    transactionalEmails,
    sql`subscriber_id = ${subscriberId} AND kind = ${kind} AND send_at > ${since} AND state <> 'failed'`,
  );
  return found > 0;
}

/** The last confirmation e-mail of a sign-up that was sent, or is to be sent, after `since`, or
 *  null. */
export async function findLastConfirmation(
  db: Db,
  { subscriberId, since }: { subscriberId: number; since: Date },
): Promise<TransactionalEmail | null> {
  const [row] = await db
    .select(COLUMNS)
    .from(transactionalEmails)
    .where(
      and(
        eq(transactionalEmails.subscriberId, subscriberId),
        eq(transactionalEmails.kind, 'confirm'),
        gt(transactionalEmails.sendAt, since),
        ne(transactionalEmails.state, 'failed'),
      ),
    )
    .orderBy(desc(transactionalEmails.sendAt))
    .limit(1);
  return row ?? null;
}

/** Gives a confirmation e-mail that was never attempted another request. False when it was
 *  attempted. */
export async function replaceSignUpRequest(
  db: Db,
  id: number,
  { signUpRequest, requestedAt }: { signUpRequest: SignUpRequest; requestedAt: Date },
): Promise<boolean> {
  const replaced = await db
    .update(transactionalEmails)
    .set({ signUpRequest, requestedAt })
    .where(and(eq(transactionalEmails.id, id), isUnattempted));
  return (replaced.rowCount ?? 0) > 0;
}

const isUnattempted = and(
  eq(transactionalEmails.state, 'pending'),
  eq(transactionalEmails.attempts, 0),
);

/** A sign-up that nobody has confirmed. */
export interface OpenSignUp extends SignUpRequest {
  requestedAt: Date;
}

/** Sign-ups of the subscriber that were not confirmed, the oldest first. */
export async function listOpenSignUps(db: Db, subscriberId: number): Promise<OpenSignUp[]> {
  const rows = await db
    .select({
      requestedAt: transactionalEmails.requestedAt,
      signUpRequest: transactionalEmails.signUpRequest,
    })
    .from(transactionalEmails)
    .where(
      and(
        eq(transactionalEmails.subscriberId, subscriberId),
        isNotNull(transactionalEmails.signUpRequest),
      ),
    )
    .orderBy(transactionalEmails.id);
  return rows.flatMap(({ requestedAt, signUpRequest }) =>
    signUpRequest === null ? [] : [{ requestedAt, ...signUpRequest }],
  );
}

/** The e-mail whose link holds the token, or null. */
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

/** How far the clocks of two processes may differ, in ms: a worker claims at once what another
 *  process has just requested. */
const CLOCK_TOLERANCE_MS = 5000;

/** How long a live worker may send an e-mail, in ms: longer than a relay may keep it waiting. It
 *  may have failed to record the result, and its lease would last until it ends. */
const MAX_SENDING_MS = 15 * MINUTE_MS;

/** True of an e-mail that no live worker is sending. While it is claimed, `next_at` is the time of
 *  the claim. */
function isUnclaimed(now: Date): SQL {
  const claimedBefore = new Date(now.getTime() - MAX_SENDING_MS);
  return sql`(transactional_emails.lease_id IS NULL OR next_at < ${claimedBefore} OR NOT EXISTS (
    SELECT FROM leases
    WHERE leases.id = transactional_emails.lease_id AND ${sql.raw(LIVE_LEASE)}))`;
}

/**
 * Claims an e-mail that is due, so that no other worker sends it while the lease lasts. Null when
 * it is sent already, not due, or claimed.
 */
export async function claimTransactionalEmail(
  db: Db,
  id: number,
  { leaseId, now }: { leaseId: number; now: Date },
): Promise<TransactionalEmail | null> {
  const firstBefore = new Date(now.getTime() + CLOCK_TOLERANCE_MS);
  const [row] = await db
    .update(transactionalEmails)
    .set({ leaseId, nextAt: now, attempts: sql`attempts + 1` })
    .where(
      and(
        eq(transactionalEmails.id, id),
        eq(transactionalEmails.state, 'pending'),
        sql`next_at <= CASE attempts WHEN 0 THEN ${firstBefore}::timestamptz ELSE ${now}::timestamptz END`,
        isUnclaimed(now),
      ),
    )
    .returning(COLUMNS);
  return row ?? null;
}

/** Stores the papers of an e-mail, so that each attempt holds the same ones. */
export async function setTransactionalEmailPapers(
  db: Db,
  id: number,
  papers: readonly { id: string; reason: Reason }[],
): Promise<void> {
  await db
    .update(transactionalEmails)
    .set({
      paperIds: papers.map((paper) => paper.id),
      reasons: papers.map(({ reason }) => reason),
    })
    .where(eq(transactionalEmails.id, id));
}

/** Records the result of the attempt with this number, unless another one has begun since or the
 *  e-mail was sent. */
export async function recordTransactionalEmail(
  db: Db,
  { id, attempts }: Pick<TransactionalEmail, 'id' | 'attempts'>,
  result: {
    state: TransactionalState;
    nextAt?: Date;
    messageId?: string;
    sentAt?: Date;
    reply: string;
  },
): Promise<void> {
  await db
    .update(transactionalEmails)
    .set({ ...result, leaseId: null })
    .where(
      and(
        eq(transactionalEmails.id, id),
        eq(transactionalEmails.state, 'pending'),
        eq(transactionalEmails.attempts, attempts),
      ),
    );
}

/** Marks the e-mail's link as used; the first use counts. */
export async function markTransactionalEmailUsed(db: Db, id: number, now: Date): Promise<void> {
  await db
    .update(transactionalEmails)
    .set({ usedAt: now })
    .where(and(eq(transactionalEmails.id, id), sql`used_at IS NULL`));
}

/** Marks every link of the subscriber that confirms as used, forgets what the sign-ups asked
 *  for, and removes confirmation e-mails that were never attempted. The first use counts. */
export async function closeConfirmations(db: Db, subscriberId: number, now: Date): Promise<void> {
  await db
    .delete(transactionalEmails)
    .where(
      and(
        eq(transactionalEmails.subscriberId, subscriberId),
        eq(transactionalEmails.kind, 'confirm'),
        isUnattempted,
        isNull(transactionalEmails.tokenHash),
      ),
    );
  await db
    .update(transactionalEmails)
    .set({ usedAt: now, signUpRequest: null })
    .where(
      and(
        eq(transactionalEmails.subscriberId, subscriberId),
        inArray(transactionalEmails.kind, [...CONFIRMING_TRANSACTIONAL_KINDS]),
        isNull(transactionalEmails.usedAt),
      ),
    );
}

/** Ids of the e-mails that are due, the oldest first. */
export async function listDueTransactionalEmails(
  db: Db,
  now: Date,
  limit: number,
): Promise<number[]> {
  const rows = await db
    .select({ id: transactionalEmails.id })
    .from(transactionalEmails)
    .where(and(sql`state = 'pending' AND next_at <= ${now}`, isUnclaimed(now)))
    .orderBy(transactionalEmails.nextAt)
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** Removes e-mails whose links expired before `before`. Returns how many. */
export async function removeTransactionalEmails(db: Db, before: Date): Promise<number> {
  const removed = await db
    .delete(transactionalEmails)
    .where(lt(transactionalEmails.expiresAt, before));
  return removed.rowCount ?? 0;
}
