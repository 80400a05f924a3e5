ALTER TABLE subscribers
  ADD COLUMN names text[] NOT NULL DEFAULT '{}',
  ADD COLUMN muted_topics text[] NOT NULL DEFAULT '{}',
  ADD COLUMN minutes smallint,
  ADD COLUMN bar text NOT NULL DEFAULT 'low' CHECK (bar IN ('low', 'middle', 'high')),
  ADD COLUMN allows_clicks boolean NOT NULL DEFAULT false,
  ADD COLUMN paused_until date,
  ADD COLUMN paused_at timestamptz,
  ADD COLUMN quiet_since date,
  ADD COLUMN learned text,
  ADD COLUMN unlearned text[] NOT NULL DEFAULT '{}',
  ADD COLUMN learns_since timestamptz;
--> statement-breakpoint
CREATE INDEX subscribers_paused ON subscribers (paused_until) WHERE status = 'paused';
--> statement-breakpoint
CREATE TABLE feedback (
  subscriber_id bigint NOT NULL REFERENCES subscribers ON DELETE CASCADE,
  paper_id text NOT NULL,
  verb text NOT NULL CHECK (verb IN ('more', 'less', 'save', 'click')),
  given_at timestamptz NOT NULL,
  PRIMARY KEY (subscriber_id, paper_id, verb)
);
--> statement-breakpoint
ALTER TABLE letters
  ADD COLUMN paper_ids text[] NOT NULL DEFAULT '{}',
  DROP CONSTRAINT letters_kind_check,
  ADD CONSTRAINT letters_kind_check
    CHECK (kind IN ('confirm', 'preferences', 'export', 'erase', 'welcome', 'goodbye', 'return'));
