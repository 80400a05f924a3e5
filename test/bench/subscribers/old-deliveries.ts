import type pg from 'pg';
import { packSelection } from '../../../src/db/deliveries/packed-selection.ts';

const MAX_PER_DIGEST = 1_000_000;
const MIN_DIGESTS = 30;
const BATCH_SIZE = 200;

/** Fills the tables with `total` sent deliveries of at least 30 digests before `day`. */
export async function fillOldDeliveries(
  database: pg.Client,
  total: number,
  day: string,
  onProgress: (filled: number) => void,
): Promise<void> {
  if (total === 0) return;
  const digests = Math.max(MIN_DIGESTS, Math.ceil(total / MAX_PER_DIGEST));
  let filled = 0;
  for (let back = digests; back >= 1; back -= 1) {
    const size = Math.floor((total - filled) / back);
    await addDigest(database, { day, back, size, number: digests - back + 1 });
    filled += size;
    onProgress(filled);
  }
  await database.query('VACUUM ANALYZE batches');
}

async function addDigest(
  database: pg.Client,
  { day, back, size, number }: { day: string; back: number; size: number; number: number },
): Promise<void> {
  const { rows } = await database.query<{ id: number }>(
    `INSERT INTO digests (kind, date, number, composed_at, audience)
     VALUES ('daily', $1::date - $2::int, $3, $1::date - $2::int + time '05:30', $4) RETURNING id`,
    [day, back, number, size],
  );
  const id = Number(rows[0]?.id);
  const table = `deliveries_${id}`;
  // A page of sent deliveries is about half full.
  await database.query(
    `CREATE TABLE ${table} PARTITION OF deliveries FOR VALUES IN (${id}) WITH (fillfactor = 50)`,
  );
  await database.query(
    `INSERT INTO ${table} (digest_id, subscriber_id, batch, state, send_at, next_at, expires_at, attempts, selection,
       message_id, message_date, relay, reply, updated_at)
     SELECT id, n, (n - 1) / ${BATCH_SIZE}, 'sent', composed_at, composed_at, composed_at + interval '1 day', 1, $2,
       '<' || md5(id || ' ' || n) || '@papers.example.org>', composed_at, '127.0.0.1:25', '250 2.0.0 Ok', composed_at
     FROM digests CROSS JOIN generate_series(1, $3::int) AS n WHERE id = $1`,
    [id, SELECTION, size],
  );
  await database.query(
    `INSERT INTO batches (digest_id, batch, send_at, due_at, is_immediate, claims, states, counted_at)
     SELECT id, batch, composed_at, NULL, false, 1,
       jsonb_build_object('sent', least(${BATCH_SIZE}, $2::int - batch * ${BATCH_SIZE})), composed_at
     FROM digests CROSS JOIN generate_series(0, ($2::int - 1) / ${BATCH_SIZE}) AS batch WHERE id = $1`,
    [id, size],
  );
  await database.query(`VACUUM ANALYZE ${table}`);
}

/** As wide as the selections of a sent digest: ten papers, each with its reason. */
const SELECTION = packSelection(
  Array.from({ length: 10 }, (_, rank) => ({
    rank,
    reason: {
      remark: { kind: 'leading', topic: 'inference', paperCount: rank },
      match: { kind: 'topics', topics: ['inference'] },
    },
  })),
);
