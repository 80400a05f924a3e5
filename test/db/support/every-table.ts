import type pg from 'pg';

/** Text that careless copying breaks. */
export const HOSTILE_TEXT = `O'Brien “Zoë” \\ 雪 😀, {a;b} "q"\nand\ta line`;

/**
 * Stores at least one row in every table: subscribers, papers, and one digest with a delivery in
 * each state.
 */
export async function fillEveryTable(pool: pg.Pool): Promise<void> {
  for (const [statement, values = []] of STATEMENTS) await pool.query(statement, [...values]);
}

const STATEMENTS: readonly (readonly [string, (readonly unknown[])?])[] = [
  [
    `INSERT INTO topics (slug, name, position, categories, query, title_query)
     VALUES ('birds', $1, 1, '{cs.CL,cs.LG}', 'swan', 'swan')`,
    [HOSTILE_TEXT],
  ],
  [
    `INSERT INTO topic_set (name, loaded_at, sorted_down_to_day, sorted_down_to_id)
     VALUES ($1, '2026-05-07Z', '2026-05-07', '2605.00001')
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, loaded_at = excluded.loaded_at,
       sorted_down_to_day = excluded.sorted_down_to_day, sorted_down_to_id = excluded.sorted_down_to_id,
       sorted_at = NULL`,
    [HOSTILE_TEXT],
  ],
  [
    `INSERT INTO papers (id, source, title, abstract, authors, author_count, published_on, listed_on,
       usable_on, upvotes, comments, url, categories, stored_at, updated_at)
     VALUES ('2605.00001', 'test', 'On swans', $1, $2, 3, '2026-05-06', '2026-05-07',
       '2026-05-08', 7, 1, NULL, '{cs.CL}', '2026-05-07T01:02:03.456789Z', '2026-05-07T01:02:03Z')`,
    [HOSTILE_TEXT, [HOSTILE_TEXT, '', 'NULL']],
  ],
  [
    `INSERT INTO paper_topics (paper_id, topic_slug, score, is_shown, listed_on)
     VALUES ('2605.00001', 'birds', 0.3, true, '2026-05-07')`,
  ],
  [
    `INSERT INTO subscribers (email, email_key, status, topics, keywords, frequency, timezone, hour,
       papers, created_at, confirmed_at, updated_at)
     SELECT 'reader' || n || '@example.org', 'reader' || n || '@example.org', 'active', '{birds}',
       ARRAY[$1], 'daily', 'Europe/Berlin', 7, 10, '2026-05-01Z', '2026-05-01Z', '2026-05-01Z'
     FROM generate_series(1, 9) AS n`,
    [HOSTILE_TEXT],
  ],
  [
    `INSERT INTO consents (subscriber_id, given_at, confirmed_at, channel, wording)
     SELECT n, '2026-05-01Z', '2026-05-01Z', 'form', $1 FROM generate_series(1, 9) AS n`,
    [HOSTILE_TEXT],
  ],
  [
    `INSERT INTO suppressions (email_hash, reason, created_at) VALUES ($1, 'erased', '2026-05-02Z')`,
    [Buffer.from([0, 1, 92, 255])],
  ],
  [
    `INSERT INTO transactional_emails (subscriber_id, kind, state, token_hash, requested_at,
       send_at, expires_at, next_at, attempts)
     VALUES (1, 'confirm', 'pending', $1, '2026-05-07Z', '2026-05-07Z', '2026-05-14Z', '2026-05-07Z', 0)`,
    [Buffer.from([255, 0])],
  ],
  [
    `INSERT INTO digests (kind, date, number, composed_at, audience)
     VALUES ('daily', '2026-05-08', 1, '2026-05-08T05:30:00.000001Z', 9)`,
  ],
  [
    `INSERT INTO digest_papers (digest_id, rank, paper_id, kind, popularity, snapshot)
     VALUES (1, 1, '2605.00001', 'daily', 0.1,
       jsonb_build_object('id', '2605.00001', 'title', $1::text, 'score', 1.25))`,
    [HOSTILE_TEXT],
  ],
  [`INSERT INTO leases (instance_id, expires_at) VALUES ('host:1', '2026-05-08T07:00Z')`],
  [
    `INSERT INTO batches (digest_id, batch, send_at, due_at, expires_at, is_immediate, claims, lease_id)
     VALUES (1, 0, '2026-05-08T07:00Z', '2026-05-08T07:00Z', '2026-05-09T07:00Z', false, 1, 1)`,
  ],
  [`INSERT INTO delivery_delays (digest_id, seconds, count) VALUES (1, 3, 9)`],
  ['CREATE TABLE deliveries_1 PARTITION OF deliveries FOR VALUES IN (1)'],
  [
    `INSERT INTO deliveries (digest_id, subscriber_id, batch, state, send_at, next_at, expires_at, attempts,
       lease_id, selection, updated_at)
     SELECT 1, n, 0, (ARRAY['pending', 'claimed', 'sending', 'sent', 'deferred', 'failed', 'unknown',
         'skipped', 'expired'])[n],
       '2026-05-08T07:00Z', '2026-05-08T07:00Z', '2026-05-09T07:00Z', n - 1, CASE WHEN n IN (2, 3) THEN 1 END,
       CASE WHEN n > 2 THEN '[[["mk", "“it”"]], [1, 0]]' END, '2026-05-08T05:30Z'
     FROM generate_series(1, 9) AS n`,
  ],
  [`INSERT INTO signup_limits (key, points, expire) VALUES ('signup:net', 2, 1778227200000)`],
  [`INSERT INTO sending_rate_limits (relay, next_at) VALUES ('mx:25', '2026-05-08T08:00Z')`],
  [
    `INSERT INTO domain_throttles (domain, concurrency_limit, backoff_ms, backoff_until)
     VALUES ('example.org', 4, 2000, '2026-05-08T08:00Z')`,
  ],
  [
    `INSERT INTO feedback (subscriber_id, paper_id, verb, given_at)
     VALUES (1, '2605.00001', 'more', '2026-05-08T08:00Z')`,
  ],
  [
    `INSERT INTO library_papers (subscriber_id, position, title, abstract, arxiv_id, doi, paper_id,
       added_at)
     VALUES (1, 1, $1, '', '2605.00001', '10.1000/swan', '2605.00001', '2026-05-08T08:00Z')`,
    [HOSTILE_TEXT],
  ],
  [
    `INSERT INTO library_lookups (subscriber_id, kind, query, state, requested_at, next_at,
       attempts, found)
     VALUES (1, 'author', $1, 'pending', '2026-05-08T08:00Z', '2026-05-08T08:00Z', 0, 0)`,
    [HOSTILE_TEXT],
  ],
  [
    `INSERT INTO paper_sources (paper_id, source, listed_on, usable_on, seen_at)
     VALUES ('2605.00001', 'test', '2026-05-07', '2026-05-08', '2026-05-07Z')`,
  ],
  [`INSERT INTO sources (name, next_at, failures) VALUES ('test', '2026-05-08Z', 0)`],
  [
    `INSERT INTO fetches (source, started_at, ended_at, outcome, found, added, updated, refused)
     VALUES ('test', '2026-05-07Z', '2026-05-07Z', 'papers', 1, 1, 0, 0)`,
  ],
  [
    `INSERT INTO host_permits (host, fencing_token, is_held, available_at)
     VALUES ('example.org', 1, false, '2026-05-07Z')`,
  ],
  [
    `INSERT INTO alerts (kind, subject, sentence, raised_at, seen_at, times)
     VALUES ('source-fails', 'test', $1, '2026-05-07Z', '2026-05-07Z', 1)`,
    [HOSTILE_TEXT],
  ],
];
