import { sql } from 'drizzle-orm';
import type { Db } from '../../../src/db/client.ts';
import { unpackSelection } from '../../../src/db/deliveries/packed-selection.ts';
import type { Selection } from '../../../src/domain/digests/digest.ts';

export interface DeliveryRow {
  id: number;
  state: string;
  attempts: number;
  lease: number | null;
  selection: Selection | null;
  messageId: string | null;
  relay: string | null;
  reply: string | null;
  detail: string | null;
  nextAt: Date;
}

/** Reads the deliveries of a digest as they are stored, in the order of their subscribers. */
export async function listDeliveryRows(db: Db, digestId: number): Promise<DeliveryRow[]> {
  const result = await db.execute<{ [column: string]: unknown }>(sql`
    SELECT subscriber_id::int AS id, state, attempts, lease_id::int AS lease, selection,
      message_id AS "messageId", relay, reply, detail, next_at AS "nextAt"
    FROM deliveries WHERE digest_id = ${digestId} ORDER BY subscriber_id`);
  return result.rows.map((row) => ({
    ...(row as unknown as DeliveryRow),
    selection: row.selection === null ? null : unpackSelection(String(row.selection)),
    nextAt: new Date(String(row.nextAt)),
  }));
}
