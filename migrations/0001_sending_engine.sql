ALTER TABLE digests
  ADD COLUMN paused_at timestamptz,
  ADD COLUMN pause_reason text,
  ADD COLUMN cancelled_at timestamptz,
  ADD COLUMN final_states jsonb;
--> statement-breakpoint
ALTER TABLE suppressions ADD COLUMN digest_id integer;
--> statement-breakpoint
CREATE TABLE sending_rate_limits (
  key text PRIMARY KEY,
  points integer NOT NULL DEFAULT 0,
  expire bigint
);
--> statement-breakpoint
CREATE TABLE batches (
  digest_id integer NOT NULL REFERENCES digests,
  batch integer NOT NULL,
  send_at timestamptz NOT NULL,
  due_at timestamptz,
  is_immediate boolean NOT NULL,
  claims integer NOT NULL,
  lease_id bigint,
  PRIMARY KEY (digest_id, batch)
);
--> statement-breakpoint
CREATE INDEX batches_due ON batches (due_at) WHERE due_at IS NOT NULL;
--> statement-breakpoint
CREATE INDEX batches_leased ON batches (lease_id) WHERE lease_id IS NOT NULL;
--> statement-breakpoint
ALTER TABLE deliveries RENAME TO deliveries_before;
--> statement-breakpoint
ALTER TABLE deliveries_before RENAME CONSTRAINT deliveries_pkey TO deliveries_before_pkey;
--> statement-breakpoint
CREATE TABLE deliveries (
  digest_id integer NOT NULL,
  subscriber_id bigint NOT NULL,
  batch integer NOT NULL,
  state text NOT NULL CHECK (state IN (
    'pending', 'claimed', 'sending', 'sent', 'deferred', 'failed', 'unknown', 'skipped', 'expired'
  )),
  send_at timestamptz NOT NULL,
  next_at timestamptz NOT NULL,
  attempts smallint NOT NULL,
  lease_id bigint,
  selection text,
  message_id text,
  message_date timestamptz,
  relay text,
  reply text,
  detail text,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (digest_id, subscriber_id),
  CHECK ((state IN ('claimed', 'sending')) = (lease_id IS NOT NULL))
) PARTITION BY LIST (digest_id);
--> statement-breakpoint
CREATE INDEX deliveries_batch ON deliveries (batch);
--> statement-breakpoint
DO $$
DECLARE
  digest integer;
BEGIN
  FOR digest IN SELECT id FROM digests LOOP
    EXECUTE format(
      'CREATE TABLE deliveries_%s PARTITION OF deliveries FOR VALUES IN (%s) WITH (fillfactor = 15)',
      digest, digest
    );
  END LOOP;
END $$;
--> statement-breakpoint
WITH moments AS (
  SELECT digest_id, send_at, (count(*) + 199) / 200 AS batches FROM deliveries_before GROUP BY 1, 2
), firsts AS (
  SELECT digest_id, send_at, sum(batches) OVER (PARTITION BY digest_id ORDER BY send_at) - batches AS first
  FROM moments
)
INSERT INTO deliveries
SELECT before.digest_id, subscriber_id,
  first + (row_number() OVER (PARTITION BY before.digest_id, before.send_at ORDER BY subscriber_id) - 1) / 200,
  CASE state WHEN 'claimed' THEN 'pending' WHEN 'sending' THEN 'unknown' ELSE state END,
  before.send_at, next_at, attempts, NULL, selection::text, message_id, message_date, relay, reply,
  CASE state WHEN 'sending' THEN 'The tables were changed before the relay''s answer was recorded.' ELSE detail END,
  updated_at
FROM deliveries_before AS before JOIN firsts USING (digest_id, send_at);
--> statement-breakpoint
INSERT INTO batches (digest_id, batch, send_at, due_at, is_immediate, claims)
SELECT digest_id, batch, min(send_at), min(next_at) FILTER (WHERE state IN ('pending', 'deferred')), false, 0
FROM deliveries GROUP BY 1, 2;
--> statement-breakpoint
DELETE FROM leases;
--> statement-breakpoint
DROP TABLE deliveries_before;
