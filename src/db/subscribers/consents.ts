import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Db } from '../client.ts';
import { consents } from '../schema.ts';

/** Why we may mail a reader: when and how it was asked for, in which words, and when confirmed. */
export interface Consent {
  givenAt: Date;
  confirmedAt: Date | null;
  channel: string;
  wording: string;
  network: string | null;
}

/** Records that mail was asked for; it counts once confirmed. */
export async function recordConsent(
  db: Db,
  subscriberId: number,
  consent: Omit<Consent, 'confirmedAt'>,
): Promise<void> {
  await db.insert(consents).values({ subscriberId, ...consent });
}

/** Marks what the subscriber asked for and had not confirmed yet. */
export async function confirmConsents(db: Db, subscriberId: number, now: Date): Promise<void> {
  await db
    .update(consents)
    .set({ confirmedAt: now })
    .where(and(eq(consents.subscriberId, subscriberId), isNull(consents.confirmedAt)));
}

/** All consents of a subscriber, the oldest first. */
export async function listConsents(db: Db, subscriberId: number): Promise<Consent[]> {
  return db
    .select({
      givenAt: consents.givenAt,
      confirmedAt: consents.confirmedAt,
      channel: consents.channel,
      wording: consents.wording,
      network: consents.network,
    })
    .from(consents)
    .where(eq(consents.subscriberId, subscriberId))
    .orderBy(sql`id`);
}
