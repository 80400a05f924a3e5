ALTER TABLE batches
  ADD COLUMN states jsonb,
  ADD COLUMN claimed_at timestamptz,
  ADD COLUMN counted_at timestamptz,
  ADD COLUMN sent_since_claim integer NOT NULL DEFAULT 0;
