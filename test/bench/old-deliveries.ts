import type pg from 'pg';

const MOST_PER_DIGEST = 1_000_000;
const FEWEST_DIGESTS = 30;

/** Fills the tables with `total` sent deliveries of at least 30 digests before `day`. */
export async function fillOldDeliveries(
  database: pg.Client,
  total: number,
  day: string,
  onProgress: (filled: number) => void,
): Promise<void> {
  if (total === 0) return;
  const digests = Math.max(FEWEST_DIGESTS, Math.ceil(total / MOST_PER_DIGEST));
  let filled = 0;
  for (let back = digests; back >= 1; back -= 1) {
    const size = Math.floor((total - filled) / back);
    const digestId = await addDigest(database, { day, back, size, number: digests - back + 1 });
    await database.query(INSERT, [digestId, size]);
    filled += size;
    onProgress(filled);
  }
  await database.query('VACUUM ANALYZE deliveries');
}

async function addDigest(
  database: pg.Client,
  { day, back, size, number }: { day: string; back: number; size: number; number: number },
): Promise<number> {
  const { rows } = await database.query(
    `INSERT INTO digests (kind, date, number, composed_at, audience)
     VALUES ('daily', $1::date - $2::int, $3, $1::date - $2::int + time '05:30', $4) RETURNING id`,
    [day, back, number, size],
  );
  return rows[0].id;
}

/** Rows as wide as those of a digest that was sent: ten papers, each with its reason. */
const INSERT = `
  INSERT INTO deliveries (digest_id, subscriber_id, state, send_at, next_at, attempts, selection,
                          message_id, message_date, relay, reply, updated_at)
  SELECT digests.id, n, 'sent', composed_at, composed_at, 1, selection,
         '<' || md5(digests.id || ' ' || n) || '@papers.example.org>', composed_at, '127.0.0.1:25',
         '250 2.0.0 Ok', composed_at
  FROM digests
  CROSS JOIN (
    SELECT jsonb_agg(jsonb_build_object(
      'rank', rank, 'reason', 'Because you follow LLM inference & serving and Agents')) AS selection
    FROM generate_series(0, 9) AS rank
  ) AS chosen
  CROSS JOIN generate_series(1, $2::int) AS n
  WHERE digests.id = $1`;
