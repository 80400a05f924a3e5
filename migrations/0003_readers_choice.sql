ALTER TABLE subscribers
  ADD COLUMN names text[] NOT NULL DEFAULT '{}',
  ADD COLUMN muted_topics text[] NOT NULL DEFAULT '{}',
  ADD COLUMN minutes smallint,
  ADD COLUMN relevance_threshold text NOT NULL DEFAULT 'low' CHECK (relevance_threshold IN ('low', 'middle', 'high')),
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
ALTER TABLE transactional_emails
  ADD COLUMN paper_ids text[] NOT NULL DEFAULT '{}',
  DROP CONSTRAINT transactional_emails_kind_check,
  ADD CONSTRAINT transactional_emails_kind_check
    CHECK (kind IN ('confirm', 'preferences', 'export', 'erase', 'welcome', 'goodbye', 'return'));
--> statement-breakpoint
ALTER TABLE paper_topics ADD COLUMN listed_on date;
--> statement-breakpoint
UPDATE paper_topics SET listed_on = papers.listed_on FROM papers WHERE papers.id = paper_id;
--> statement-breakpoint
ALTER TABLE paper_topics ALTER COLUMN listed_on SET NOT NULL;
--> statement-breakpoint
DROP INDEX paper_topics_topic;
--> statement-breakpoint
CREATE INDEX paper_topics_newest ON paper_topics (topic_slug, listed_on DESC, paper_id);
--> statement-breakpoint
DROP INDEX papers_listed;
--> statement-breakpoint
CREATE INDEX papers_newest ON papers (
  listed_on DESC, (ln(1 + upvotes) + 0.5 * ln(1 + comments)) DESC, published_on DESC NULLS LAST, id
);
--> statement-breakpoint
ALTER TABLE papers SET (toast_tuple_target = 8160);
--> statement-breakpoint
ALTER TABLE papers DROP COLUMN words;
--> statement-breakpoint
ALTER TABLE papers ADD COLUMN words tsvector NOT NULL GENERATED ALWAYS AS (
  setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', abstract), 'B')
) STORED;
--> statement-breakpoint
CREATE INDEX papers_words ON papers USING gin (words);
