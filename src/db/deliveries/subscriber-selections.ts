import { sql } from 'drizzle-orm';
import type { DigestKind, SelectedPaper } from '../../domain/digests/digest.ts';
import type { Db } from '../client.ts';
import { unpackSelection } from './packed-selection.ts';
import { splitDigests } from './partitions.ts';

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
  const { rows: digests } = await db.execute<{ id: number; kind: DigestKind }>(sql`
    SELECT id, kind FROM digests ORDER BY date DESC, id DESC LIMIT ${limit}`);
  const found = new Map<number, { sendAt: string; selection: string }>();
  for (const ids of splitDigests(digests.map(({ id }) => id))) {
    const { rows } = await db.execute<{ digestId: number; sendAt: string; selection: string }>(sql`
      SELECT digest_id AS "digestId", send_at AS "sendAt", selection FROM deliveries
      WHERE digest_id = ANY(${sql.param(ids)}::int[]) AND subscriber_id = ${subscriberId}
        AND selection IS NOT NULL`);
    for (const { digestId, ...delivery } of rows) found.set(digestId, delivery);
  }
  return digests.flatMap(({ id: digestId, kind: digestKind }) => {
    const delivery = found.get(digestId);
    if (!delivery) return [];
    const papers = unpackSelection(delivery.selection);
    return [{ digestId, digestKind, sendAt: new Date(delivery.sendAt), papers }];
  });
}
