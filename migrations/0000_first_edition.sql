CREATE TABLE topics (
  slug text PRIMARY KEY CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  name text NOT NULL,
  position smallint NOT NULL,
  categories text[] NOT NULL,
  query text NOT NULL,
  title_query text NOT NULL
);
--> statement-breakpoint
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
  upvotes integer NOT NULL CHECK (upvotes >= 0),
  comments integer NOT NULL CHECK (comments >= 0),
  url text,
  code_url text,
  stored_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  words tsvector NOT NULL GENERATED ALWAYS AS (
    setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', abstract), 'B')
  ) STORED
);
--> statement-breakpoint
CREATE INDEX papers_words ON papers USING gin (words);
--> statement-breakpoint
CREATE INDEX papers_listed ON papers (listed_on);
--> statement-breakpoint
CREATE INDEX papers_usable ON papers (usable_on);
--> statement-breakpoint
CREATE TABLE paper_topics (
  paper_id text NOT NULL REFERENCES papers ON DELETE CASCADE,
  topic_slug text NOT NULL REFERENCES topics ON DELETE CASCADE,
  score real NOT NULL,
  PRIMARY KEY (paper_id, topic_slug)
);
--> statement-breakpoint
CREATE INDEX paper_topics_topic ON paper_topics (topic_slug);
--> statement-breakpoint
CREATE TABLE subscribers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL,
  email_key text NOT NULL UNIQUE,
  status text NOT NULL CHECK (status IN ('pending', 'active', 'paused', 'unsubscribed')),
  topics text[] NOT NULL,
  keywords text[] NOT NULL,
  frequency text NOT NULL CHECK (frequency IN ('daily', 'weekdays', 'weekly')),
  timezone text NOT NULL,
  hour smallint NOT NULL CHECK (hour BETWEEN 0 AND 23),
  papers smallint NOT NULL CHECK (papers BETWEEN 1 AND 20),
  created_at timestamptz NOT NULL,
  confirmed_at timestamptz,
  unsubscribed_at timestamptz,
  updated_at timestamptz NOT NULL
);
--> statement-breakpoint
CREATE TABLE consents (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subscriber_id bigint NOT NULL REFERENCES subscribers ON DELETE CASCADE,
  given_at timestamptz NOT NULL,
  confirmed_at timestamptz,
  channel text NOT NULL,
  wording text NOT NULL,
  network text
);
--> statement-breakpoint
CREATE INDEX consents_subscriber ON consents (subscriber_id);
--> statement-breakpoint
CREATE TABLE suppressions (
  email_hash bytea PRIMARY KEY,
  reason text NOT NULL CHECK (reason IN ('bounce', 'complaint', 'operator', 'erased')),
  created_at timestamptz NOT NULL
);
--> statement-breakpoint
CREATE TABLE transactional_emails (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subscriber_id bigint NOT NULL REFERENCES subscribers ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('confirm', 'preferences', 'export', 'erase')),
  state text NOT NULL CHECK (state IN ('pending', 'sent', 'failed')),
  token_hash bytea UNIQUE,
  requested_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  next_at timestamptz NOT NULL,
  attempts smallint NOT NULL,
  message_id text,
  sent_at timestamptz,
  reply text
);
--> statement-breakpoint
CREATE INDEX transactional_emails_subscriber ON transactional_emails (subscriber_id, kind, requested_at);
--> statement-breakpoint
CREATE INDEX transactional_emails_due ON transactional_emails (next_at) WHERE state = 'pending';
--> statement-breakpoint
CREATE TABLE digests (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('daily', 'weekly')),
  date date NOT NULL,
  number integer NOT NULL,
  composed_at timestamptz NOT NULL,
  audience integer NOT NULL,
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
  expires_at timestamptz NOT NULL
);
--> statement-breakpoint
CREATE TABLE deliveries (
  digest_id integer NOT NULL REFERENCES digests,
  subscriber_id bigint NOT NULL,
  state text NOT NULL CHECK (state IN (
    'pending', 'claimed', 'sending', 'sent', 'deferred', 'failed', 'unknown', 'skipped', 'expired'
  )),
  send_at timestamptz NOT NULL,
  next_at timestamptz NOT NULL,
  attempts smallint NOT NULL,
  lease_id bigint,
  selection jsonb,
  message_id text,
  message_date timestamptz,
  relay text,
  reply text,
  detail text,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (digest_id, subscriber_id),
  CHECK ((state IN ('claimed', 'sending')) = (lease_id IS NOT NULL))
) WITH (fillfactor = 70);
--> statement-breakpoint
CREATE INDEX deliveries_due ON deliveries (digest_id, next_at) WHERE state IN ('pending', 'deferred');
--> statement-breakpoint
CREATE INDEX deliveries_leased ON deliveries (lease_id) WHERE lease_id IS NOT NULL;
--> statement-breakpoint
CREATE TABLE signup_limits (
  key text PRIMARY KEY,
  points integer NOT NULL DEFAULT 0,
  expire bigint
);
