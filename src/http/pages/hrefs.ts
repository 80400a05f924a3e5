import type { DigestKind } from '../../domain/digests/digest.ts';
import { createLinks } from '../../domain/links/links.ts';

/** The path of a paper's page. An old arXiv id keeps its slash. */
export function paperHref(base: string, id: string): string {
  return createLinks(base).paper(id);
}

/** The filters of a list of papers; pages count from 1. */
interface PapersQuery {
  date?: string | null;
  topic?: string | null;
  q?: string | null;
  page?: number;
}

/** The path of a list of papers with only the given filters. */
export function papersHref(base: string, { date, topic, q, page }: PapersQuery): string {
  const query = new URLSearchParams();
  if (date) query.set('date', date);
  if (topic) query.set('topic', topic);
  if (q) query.set('q', q);
  if (page && page > 1) query.set('page', String(page));
  return query.size === 0 ? `${base}/papers` : `${base}/papers?${query}`;
}

/** The path of a topic's page; pages count from 1. */
export function topicHref(base: string, slug: string, page = 1): string {
  return `${base}/topics/${slug}${page > 1 ? `?page=${page}` : ''}`;
}

/** The link to the sign-up form with a topic ticked. */
export function followHref(base: string, slug: string): string {
  return `${base}/?topic=${slug}#sign-up`;
}

/** The path of a month in the archive. */
export function monthHref(base: string, month: string): string {
  return `${base}/digests?month=${month}`;
}

/** The path of a subscriber's feedback on a paper or topic. */
export function feedbackHref(base: string, token: string, verb: string, about: string): string {
  return `${base}/feedback/${token}/${verb}/${encodePaperPath(about)}`;
}

/** The path of a paper's citation as a file. */
export function citationHref(base: string, id: string, extension: 'bib' | 'ris'): string {
  return `${paperHref(base, id)}.${extension}`;
}

function encodePaperPath(id: string): string {
  return paperHref('', id).slice('/papers/'.length);
}

/** The path of a digest. A Monday may have two, so a weekly one has its kind in the query. */
export function digestHref(
  base: string,
  { kind, date }: { kind: DigestKind; date: string },
): string {
  return createLinks(base).digest(kind, date);
}
