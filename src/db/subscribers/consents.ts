import { eq, sql } from 'drizzle-orm';
import type { Db } from '../client.ts';
import { consents } from '../schema.ts';

/** Why we may mail a subscriber: when, how and by which wording it was asked for, and when it was
 *  confirmed. */
export interface Consent {
  givenAt: Date;
  confirmedAt: Date;
  channel: string;
  wording: string;
  network: string | null;
}

/** Records a consent that the subscriber has confirmed. */
export async function recordConsent(db: Db, subscriberId: number, consent: Consent): Promise<void> {
  await db.insert(consents).values({ subscriberId, ...consent });
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
