import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { type BenchSubscriber, subscriberAt } from './subscribers.ts';

export interface SubscriberSpec {
  count: number;
  /** Slugs of the stored topics. */
  topics: readonly string[];
  /** Papers per subscriber; null for a mix. */
  papers: number | null;
}

const ROWS_PER_INSERT = 10_000;

/** Inserts active subscribers into the table. */
export async function insertSubscribers(
  database: pg.Client,
  subscribers: SubscriberSpec,
): Promise<void> {
  const { count } = subscribers;
  for (let start = 0; start < count; start += ROWS_PER_INSERT) {
    const size = Math.min(ROWS_PER_INSERT, count - start);
    const rows = Array.from({ length: size }, (_, n) => subscriberOf(subscribers, start + n));
    await database.query(INSERT, [JSON.stringify(rows)]);
  }
  await database.query('VACUUM ANALYZE subscribers');
}

const INSERT = `
  INSERT INTO subscribers (email, email_key, status, topics, keywords, frequency, timezone, hour, papers,
                           learned, created_at, confirmed_at, updated_at)
  SELECT email, email, 'active', topics, keywords, 'daily', timezone, hour, papers, learned, now(), now(), now()
  FROM jsonb_to_recordset($1::jsonb)
    AS subscriber (email text, topics text[], keywords text[], timezone text, hour smallint, papers smallint,
               learned text)`;

/** Writes the subscribers as a CSV for “subscribers import”, without keywords and learned terms. */
export async function writeSubscribersCsv(
  path: string,
  subscribers: SubscriberSpec,
): Promise<void> {
  await pipeline(Readable.from(linesOf(subscribers)), createWriteStream(path));
}

function* linesOf(subscribers: SubscriberSpec): Generator<string> {
  yield 'email,topics,timezone,hour,papers\n';
  for (let n = 0; n < subscribers.count; n += 1) yield lineOf(subscriberOf(subscribers, n));
}

function subscriberOf({ topics, papers }: SubscriberSpec, n: number): BenchSubscriber {
  const subscriber = subscriberAt(n, topics);
  return papers === null ? subscriber : { ...subscriber, papers };
}

function lineOf({ email, topics, timezone, hour, papers }: BenchSubscriber): string {
  return `${email},${topics.join(';')},${timezone},${hour},${papers}\n`;
}
