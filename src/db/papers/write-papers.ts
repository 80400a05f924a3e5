import { sql } from 'drizzle-orm';
import type { StoredPaper } from '../../domain/papers/paper.ts';
import type { Db } from '../client.ts';
import { toJson } from '../json.ts';

/**
 * Inserts or overwrites papers. They are one JSON parameter: thousands of parameters would take
 * longer than storing the papers.
 */
export async function writePapers(db: Db, list: readonly StoredPaper[], now: Date): Promise<void> {
  if (list.length === 0) return;
  await db.execute(sql`
    INSERT INTO papers (id, source, title, abstract, authors, author_count, organization, published_on,
      listed_on, usable_on, upvotes, comments, url, code_url, categories, details, withdrawn_on, stored_at, updated_at)
    SELECT id, source, title, abstract, authors, "authorCount", organization, "publishedOn",
      "listedOn", "usableOn", upvotes, comments, url, "codeUrl", categories, details, "withdrawnOn", ${now}, ${now}
    FROM json_to_recordset(${toJson(list)}::json) AS paper (
      id text, source text, title text, abstract text, authors text[], "authorCount" integer,
      organization text, "publishedOn" date, "listedOn" date, "usableOn" date, upvotes integer,
      comments integer, url text, "codeUrl" text, categories text[], details jsonb, "withdrawnOn" date)
    ON CONFLICT (id) DO UPDATE SET
      title = excluded.title, abstract = excluded.abstract, authors = excluded.authors,
      author_count = excluded.author_count, organization = excluded.organization,
      published_on = excluded.published_on, listed_on = excluded.listed_on,
      usable_on = excluded.usable_on, upvotes = excluded.upvotes, comments = excluded.comments,
      url = excluded.url, code_url = excluded.code_url,
      categories = excluded.categories, details = excluded.details, withdrawn_on = excluded.withdrawn_on,
      updated_at = excluded.updated_at`);
}
