ALTER TABLE papers ADD COLUMN withdrawn_on date;
--> statement-breakpoint
CREATE TABLE paper_sources (
  paper_id text NOT NULL REFERENCES papers ON DELETE CASCADE,
  source text NOT NULL,
  listed_on date NOT NULL,
  usable_on date NOT NULL,
  seen_at timestamptz NOT NULL,
  upvotes integer,
  comments integer,
  withdrawn_on date,
  PRIMARY KEY (paper_id, source)
);
--> statement-breakpoint
INSERT INTO paper_sources (paper_id, source, listed_on, usable_on, seen_at, upvotes, comments)
SELECT id, source, listed_on, usable_on, stored_at, nullif(upvotes, 0), nullif(comments, 0) FROM papers;
--> statement-breakpoint
CREATE TABLE sources (
  name text PRIMARY KEY,
  validated_url text,
  etag text,
  last_modified text,
  next_at timestamptz NOT NULL,
  failures integer NOT NULL,
  succeeded_at timestamptz,
  last_new_paper_at timestamptz,
  newest_list_day date
);
--> statement-breakpoint
CREATE TABLE fetches (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  source text NOT NULL,
  day date,
  started_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('papers', 'unchanged', 'empty', 'stale', 'failed')),
  found integer NOT NULL,
  added integer NOT NULL,
  updated integer NOT NULL,
  refused integer NOT NULL,
  detail text
);
--> statement-breakpoint
CREATE INDEX fetches_of_source ON fetches (source, id DESC);
--> statement-breakpoint
CREATE TABLE host_permits (
  host text PRIMARY KEY,
  fencing_token bigint NOT NULL,
  is_held boolean NOT NULL,
  available_at timestamptz NOT NULL
);
--> statement-breakpoint
CREATE TABLE alerts (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL,
  subject text NOT NULL,
  sentence text NOT NULL,
  raised_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  times integer NOT NULL,
  ended_at timestamptz,
  mailed_at timestamptz,
  end_mailed_at timestamptz,
  next_mail_at timestamptz
);
--> statement-breakpoint
CREATE UNIQUE INDEX alerts_open ON alerts (kind, subject) WHERE ended_at IS NULL;
--> statement-breakpoint
CREATE INDEX alerts_next_mail ON alerts (next_mail_at) WHERE next_mail_at IS NOT NULL;
