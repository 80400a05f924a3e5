CREATE TABLE topics (
  slug text PRIMARY KEY CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  name text NOT NULL,
  group_name text,
  position smallint NOT NULL,
  status text NOT NULL DEFAULT 'offered' CHECK (status IN ('offered', 'kept', 'retired')),
  categories text[] NOT NULL,
  category_role text NOT NULL DEFAULT 'none' CHECK (category_role IN ('define', 'support', 'none')),
  query text NOT NULL,
  title_query text NOT NULL
);
--> statement-breakpoint
-- `toast_tuple_target` keeps the search words of a paper in its row. Fetching them from the TOAST
-- table took most of the time of a search.
CREATE TABLE papers (
  id text PRIMARY KEY,
  source text NOT NULL,
  title text NOT NULL,
  abstract text NOT NULL,
  authors text[] NOT NULL,
  author_count integer CHECK (author_count >= 0),
  organization text,
  published_on date,
  listed_on date NOT NULL,
  usable_on date NOT NULL,
  withdrawn_on date,
  upvotes integer NOT NULL CHECK (upvotes >= 0),
  comments integer NOT NULL CHECK (comments >= 0),
  url text,
  code_url text,
  categories text[] NOT NULL DEFAULT '{}',
  details jsonb NOT NULL DEFAULT '{"summary": null, "keywords": [], "projectUrl": null, "codeStars": null, "venue": null, "doi": null}',
  stored_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  words tsvector NOT NULL GENERATED ALWAYS AS (
    setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', abstract), 'B')
  ) STORED
) WITH (toast_tuple_target = 8160);
--> statement-breakpoint
CREATE INDEX papers_words ON papers USING gin (words);
--> statement-breakpoint
CREATE INDEX papers_usable ON papers (usable_on);
--> statement-breakpoint
CREATE INDEX papers_title ON papers (md5(lower(regexp_replace(title, '[^[:alnum:]]+', '', 'g'))));
--> statement-breakpoint
CREATE INDEX papers_newest ON papers (
  listed_on DESC, (ln(1 + upvotes) + 0.5 * ln(1 + comments)) DESC, published_on DESC NULLS LAST, id
);
--> statement-breakpoint
CREATE TABLE paper_topics (
  paper_id text NOT NULL REFERENCES papers ON DELETE CASCADE,
  topic_slug text NOT NULL REFERENCES topics ON DELETE CASCADE,
  score real NOT NULL,
  is_shown boolean NOT NULL,
  listed_on date NOT NULL,
  PRIMARY KEY (paper_id, topic_slug)
);
--> statement-breakpoint
CREATE INDEX paper_topics_newest ON paper_topics (topic_slug, listed_on DESC, paper_id)
  WHERE is_shown;
--> statement-breakpoint
-- One row: the set that was loaded last, and how far the papers were sorted anew since. The newest
-- papers come first.
CREATE TABLE topic_set (
  id smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
  name text NOT NULL,
  loaded_at timestamptz NOT NULL,
  sorted_down_to_day date,
  sorted_down_to_id text,
  sorted_at timestamptz
);
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
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
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
CREATE TABLE subscribers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL,
  email_key text NOT NULL UNIQUE,
  status text NOT NULL CHECK (status IN ('pending', 'active', 'paused', 'unsubscribed')),
  topics text[] NOT NULL,
  topics_only boolean NOT NULL DEFAULT false,
  shows_summaries boolean NOT NULL DEFAULT true,
  muted_topics text[] NOT NULL DEFAULT '{}',
  keywords text[] NOT NULL,
  names text[] NOT NULL DEFAULT '{}',
  frequency text NOT NULL CHECK (frequency IN ('daily', 'weekdays', 'weekly')),
  timezone text NOT NULL,
  hour smallint NOT NULL CHECK (hour BETWEEN 0 AND 23),
  papers smallint NOT NULL CHECK (papers BETWEEN 1 AND 20),
  minutes smallint,
  relevance_threshold text NOT NULL DEFAULT 'low'
    CHECK (relevance_threshold IN ('low', 'middle', 'high')),
  allows_clicks boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  confirmed_at timestamptz,
  unsubscribed_at timestamptz,
  updated_at timestamptz NOT NULL,
  paused_at timestamptz,
  paused_until date,
  quiet_since date,
  learned text,
  unlearned text[] NOT NULL DEFAULT '{}',
  learns_since timestamptz,
  learned_at timestamptz
);
--> statement-breakpoint
CREATE INDEX subscribers_paused ON subscribers (paused_until) WHERE status = 'paused';
--> statement-breakpoint
CREATE TABLE consents (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subscriber_id bigint NOT NULL REFERENCES subscribers ON DELETE CASCADE,
  given_at timestamptz NOT NULL,
  confirmed_at timestamptz NOT NULL,
  channel text NOT NULL,
  wording text NOT NULL,
  network text
);
--> statement-breakpoint
CREATE INDEX consents_subscriber ON consents (subscriber_id);
--> statement-breakpoint
CREATE TABLE feedback (
  subscriber_id bigint NOT NULL REFERENCES subscribers ON DELETE CASCADE,
  paper_id text NOT NULL,
  verb text NOT NULL CHECK (verb IN ('more', 'less', 'save', 'click')),
  given_at timestamptz NOT NULL,
  PRIMARY KEY (subscriber_id, paper_id, verb)
);
--> statement-breakpoint
CREATE TABLE library_papers (
  subscriber_id bigint NOT NULL REFERENCES subscribers ON DELETE CASCADE,
  position integer NOT NULL,
  title text NOT NULL,
  abstract text NOT NULL,
  arxiv_id text,
  doi text,
  paper_id text,
  added_at timestamptz NOT NULL,
  looked_up_at timestamptz,
  PRIMARY KEY (subscriber_id, position)
);
--> statement-breakpoint
CREATE TABLE library_lookups (
  subscriber_id bigint NOT NULL REFERENCES subscribers ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('papers', 'orcid', 'author')),
  query text NOT NULL,
  state text NOT NULL CHECK (state IN ('pending', 'done', 'failed')),
  requested_at timestamptz NOT NULL,
  next_at timestamptz NOT NULL,
  attempts smallint NOT NULL,
  found integer NOT NULL,
  ended_at timestamptz,
  PRIMARY KEY (subscriber_id, kind)
);
--> statement-breakpoint
CREATE INDEX library_lookups_due ON library_lookups (next_at) WHERE state = 'pending';
--> statement-breakpoint
-- Holds hashes alone: a suppression outlives the subscriber and their address.
CREATE TABLE suppressions (
  email_hash bytea PRIMARY KEY,
  reason text NOT NULL CHECK (reason IN ('bounce', 'complaint', 'operator', 'erased')),
  created_at timestamptz NOT NULL,
  digest_id integer
);
--> statement-breakpoint
CREATE TABLE transactional_emails (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subscriber_id bigint NOT NULL REFERENCES subscribers ON DELETE CASCADE,
  kind text NOT NULL CHECK (
    kind IN ('confirm', 'preferences', 'export', 'erase', 'welcome', 'goodbye', 'return')
  ),
  state text NOT NULL CHECK (state IN ('pending', 'sent', 'failed')),
  token_hash bytea UNIQUE,
  requested_at timestamptz NOT NULL,
  send_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  next_at timestamptz NOT NULL,
  attempts smallint NOT NULL,
  message_id text,
  sent_at timestamptz,
  reply text,
  paper_ids text[] NOT NULL DEFAULT '{}',
  reasons text NOT NULL DEFAULT '[]',
  sign_up_request jsonb,
  lease_id bigint
);
--> statement-breakpoint
CREATE INDEX transactional_emails_subscriber
  ON transactional_emails (subscriber_id, kind, send_at);
--> statement-breakpoint
CREATE INDEX transactional_emails_due ON transactional_emails (next_at) WHERE state = 'pending';
--> statement-breakpoint
-- The timeline of the server, which each promotion of a standby raises; 0 where it may not be asked.
CREATE FUNCTION database_timeline() RETURNS integer LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer;
EXCEPTION WHEN OTHERS THEN
  RETURN 0;
END $$;
--> statement-breakpoint
CREATE TABLE digests (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('daily', 'weekly')),
  date date NOT NULL,
  number integer NOT NULL,
  composed_at timestamptz NOT NULL,
  audience integer NOT NULL,
  paused_at timestamptz,
  pause_reason text,
  cancelled_at timestamptz,
  final_states jsonb,
  timeline_id integer NOT NULL DEFAULT database_timeline(),
  UNIQUE (kind, date)
);
--> statement-breakpoint
CREATE TABLE digest_papers (
  digest_id integer NOT NULL REFERENCES digests,
  rank smallint NOT NULL,
  paper_id text NOT NULL,
  kind text NOT NULL,
  popularity real NOT NULL,
  snapshot jsonb NOT NULL,
  PRIMARY KEY (digest_id, rank),
  UNIQUE (paper_id, kind)
);
--> statement-breakpoint
CREATE TABLE leases (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  instance_id text NOT NULL,
  expires_at timestamptz NOT NULL,
  timeline_id integer NOT NULL DEFAULT database_timeline(),
  steady_since timestamptz NOT NULL DEFAULT clock_timestamp(),
  expired_seen_at timestamptz
);
--> statement-breakpoint
CREATE TABLE batches (
  digest_id integer NOT NULL REFERENCES digests,
  batch integer NOT NULL,
  send_at timestamptz NOT NULL,
  due_at timestamptz,
  expires_at timestamptz,
  is_immediate boolean NOT NULL,
  claims integer NOT NULL,
  lease_id bigint,
  states jsonb,
  claimed_at timestamptz,
  counted_at timestamptz,
  sent_since_claim integer NOT NULL DEFAULT 0,
  PRIMARY KEY (digest_id, batch)
);
--> statement-breakpoint
-- How late the first attempts of a digest were: few rows for each digest, whatever its audience.
CREATE TABLE delivery_delays (
  digest_id integer NOT NULL REFERENCES digests,
  seconds integer NOT NULL,
  count integer NOT NULL,
  PRIMARY KEY (digest_id, seconds)
);
--> statement-breakpoint
CREATE INDEX batches_due ON batches (due_at) WHERE due_at IS NOT NULL;
--> statement-breakpoint
CREATE INDEX batches_leased ON batches (lease_id) WHERE lease_id IS NOT NULL;
--> statement-breakpoint
-- One partition for each digest, created when the digest is composed (src/db/deliveries/partitions.ts).
-- Retention drops a whole partition. No foreign keys and no index on a column that sending changes:
-- PostgreSQL then updates the rows in place (HOT).
CREATE TABLE deliveries (
  digest_id integer NOT NULL,
  subscriber_id bigint NOT NULL,
  batch integer NOT NULL,
  state text NOT NULL CHECK (state IN (
    'pending', 'claimed', 'sending', 'sent', 'deferred', 'failed', 'unknown', 'skipped', 'expired'
  )),
  send_at timestamptz NOT NULL,
  next_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  attempts smallint NOT NULL,
  lease_id bigint,
  lost_lease_id bigint,
  selection text,
  message_id text,
  message_date timestamptz,
  relay text,
  reply text,
  detail text,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (digest_id, subscriber_id),
  CHECK ((state IN ('claimed', 'sending')) = (lease_id IS NOT NULL)),
  CHECK (lost_lease_id IS NULL OR state = 'unknown')
) PARTITION BY LIST (digest_id);
--> statement-breakpoint
CREATE INDEX deliveries_batch ON deliveries (batch);
--> statement-breakpoint
-- With the columns that the package rate-limiter-flexible expects.
CREATE TABLE signup_limits (
  key text PRIMARY KEY,
  points integer NOT NULL DEFAULT 0,
  expire bigint
);
--> statement-breakpoint
CREATE TABLE sending_rate_limits (
  relay text PRIMARY KEY,
  next_at timestamptz NOT NULL
);
--> statement-breakpoint
CREATE TABLE domain_throttles (
  domain text PRIMARY KEY,
  concurrency_limit integer NOT NULL,
  backoff_ms integer NOT NULL,
  backoff_until timestamptz NOT NULL
);
--> statement-breakpoint
CREATE TABLE alerts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
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
