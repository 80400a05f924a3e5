import type { DigestKind } from '../../domain/digest.ts';
import { linksBelow } from '../../domain/links.ts';

/** The path of a paper's page; the slash of an old arXiv id stays one. */
export function paperHref(base: string, id: string): string {
  return linksBelow(base).paper(id);
}

/** What a list of papers may be narrowed to; a page counts from 1. */
export interface PapersQuery {
  date?: string | null;
  topic?: string | null;
  q?: string | null;
  page?: number;
}

/** The path of the list of papers, only with what narrows it. */
export function papersHref(base: string, { date, topic, q, page }: PapersQuery): string {
  const query = new URLSearchParams();
  if (date) query.set('date', date);
  if (topic) query.set('topic', topic);
  if (q) query.set('q', q);
  if (page && page > 1) query.set('page', String(page));
  return query.size === 0 ? `${base}/papers` : `${base}/papers?${query}`;
}

/** The path of a digest. A Monday may have two, so the weekly one says its kind. */
export function digestHref(
  base: string,
  { kind, date }: { kind: DigestKind; date: string },
): string {
  return linksBelow(base).digest(kind, date);
}
