import { sql } from 'drizzle-orm';
import type { DigestKind, SelectedPaper } from '../../domain/digests/digest.ts';
import type { Db } from '../client.ts';
import { unpackSelection } from './packed-selection.ts';

/** The papers of a digest that a subscriber was sent. */
interface SubscriberSelection {
  digestId: number;
  digestKind: DigestKind;
  sendAt: Date;
  papers: readonly SelectedPaper[];
}

/** Lists a subscriber's selections in the `limit` newest digests, the newest first. */
export async function listSubscriberSelections(
  db: Db,
  subscriberId: number,
  limit: number,
): Promise<SubscriberSelection[]> {
  const result = await db.execute<{
    digestId: number;
    digestKind: DigestKind;
    sendAt: string;
    selection: string;
  }>(sql`
    SELECT digest.id AS "digestId", digest.kind AS "digestKind", delivery.send_at AS "sendAt", delivery.selection
    FROM (SELECT id, kind, date FROM digests ORDER BY date DESC, id DESC LIMIT ${limit}) AS digest
    JOIN deliveries AS delivery
      ON delivery.digest_id = digest.id AND delivery.subscriber_id = ${subscriberId}
    WHERE delivery.selection IS NOT NULL
    ORDER BY digest.date DESC, digest.id DESC`);
  return result.rows.map(({ digestId, digestKind, sendAt, selection }) => ({
    digestId,
    digestKind,
    sendAt: new Date(sendAt),
    papers: unpackSelection(selection),
  }));
}
