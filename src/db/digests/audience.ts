import { sql } from 'drizzle-orm';
import type { DigestKind } from '../../domain/digests/digest.ts';
import { FREQUENCIES_BY_KIND } from '../../domain/digests/send-times.ts';
import type { Frequency } from '../../domain/subscribers/subscriber.ts';
import type { Db } from '../client.ts';

/**
 * Subscribers with the same frequency, time zone and hour, who get their mail at the same moment.
 */
export interface SendGroup {
  frequency: Frequency;
  timezone: string;
  hour: number;
}

/** The groups of the active subscribers to a kind of digest. */
export async function listSendGroups(db: Db, kind: DigestKind): Promise<SendGroup[]> {
  const result = await db.execute<{ frequency: Frequency; timezone: string; hour: number }>(sql`
    SELECT frequency, timezone, hour FROM subscribers
    WHERE status = 'active' AND frequency = ANY(${sql.param([...FREQUENCIES_BY_KIND[kind]])}::text[])
    GROUP BY frequency, timezone, hour`);
  return result.rows;
}
