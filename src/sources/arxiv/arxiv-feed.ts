import type { XmlElement } from '@rgrove/parse-xml';
import { PaperboyError } from '../../domain/errors.ts';
import type { ListedPaper } from '../../domain/papers/paper.ts';
import { parseArxivId } from '../../domain/papers/paper-id.ts';
import { parsePaper } from '../../domain/papers/paper-input.ts';
import { findProjectUrl } from '../../domain/papers/project-url.ts';
import { readVenue } from '../../domain/papers/venue.ts';
import type { FetchResult } from '../../domain/sources/source.ts';
import { createUnreadableSourceError } from '../../domain/sources/source-error.ts';
import { isCalendarDay } from '../../domain/time/schedule.ts';
import { isWithdrawalNotice, splitAuthorNames } from '../entry-text.ts';
import { findChild, findChildren, parseXmlDocument, readChildText } from '../xml.ts';
import { readCategories } from './read-categories.ts';

/**
 * Parses a feed of arXiv, Atom or RSS 2.0. Returns new papers and cross-lists as `papers`, and new
 * versions of papers announced earlier as `revisions`. Entries without a date get `day`.
 * @throws SourceError `SOURCE_UNREADABLE`.
 */
export function parseArxivFeed(
  text: string,
  { url, source, day }: { url: string; source: string; day: string },
): Pick<FetchResult, 'papers' | 'revisions' | 'rejected'> {
  const papers: ListedPaper[] = [];
  const revisions: ListedPaper[] = [];
  const rejected: FetchResult['rejected'] = [];
  for (const [index, entry] of findEntries(parseXmlDocument(text, url), url).entries()) {
    try {
      const isRevision =
        readChildText(entry, 'arxiv:announce_type')?.startsWith('replace') === true;
      (isRevision ? revisions : papers).push(parseEntry(entry, { source, day }));
    } catch (error) {
      if (!(error instanceof PaperboyError)) throw error;
      rejected.push({ place: `Entry ${index + 1}`, reason: error.message });
    }
  }
  return { papers, revisions, rejected };
}

function findEntries(root: XmlElement, url: string): XmlElement[] {
  if (root.name === 'feed') return findChildren(root, 'entry');
  const channel = root.name === 'rss' ? findChild(root, 'channel') : undefined;
  if (channel !== undefined) return findChildren(channel, 'item');
  throw createUnreadableSourceError(
    url,
    `its root element is <${root.name.slice(0, 40)}>, expected an Atom or RSS 2.0 feed`,
  );
}

function parseEntry(
  entry: XmlElement,
  { source, day }: { source: string; day: string },
): ListedPaper {
  const text = (...names: string[]) =>
    names
      .map((name) => readChildText(entry, name))
      .find((each) => each !== undefined && each !== '');
  const rawId = text('id', 'guid') ?? text('link') ?? '';
  if (parseArxivId(rawId) === null)
    throw new PaperboyError(
      'INVALID_PAPER',
      `id is “${rawId.slice(0, 60)}”: expected an arXiv id such as oai:arXiv.org:2508.13426v1.`,
    );
  const listedOn = parseListedDay(text('published', 'pubDate'), day);
  const summary = text('summary', 'description');
  const paper = parsePaper(
    {
      id: rawId,
      title: text('title'),
      abstract: summary,
      authors: splitAuthorNames(text('dc:creator') ?? ''),
      listed_on: listedOn,
      categories: readCategories(entry),
      project_url: findProjectUrl(summary ?? '') ?? undefined,
      venue:
        readVenue({ comment: '', journalRef: text('arxiv:journal_reference') ?? '' }) ?? undefined,
      doi: text('arxiv:DOI', 'arxiv:doi'),
      // Only a new paper is published on the day of its announcement.
      published_on: text('arxiv:announce_type') === 'new' ? listedOn : undefined,
    },
    { source, today: day, isLenient: true },
  );
  return isWithdrawalNotice(paper.abstract) ? { ...paper, withdrawnOn: listedOn } : paper;
}

/** The day in arXiv's time zone of `2026-05-08T00:00:00-04:00` or `Fri, 08 May 2026 00:00:00
 *  -0400`; `latest` when there is no such day or when it is later than that. */
function parseListedDay(moment: string | undefined, latest: string): string {
  const day = moment === undefined ? '' : (parseIsoDay(moment) ?? parseRfc822Day(moment) ?? '');
  return isCalendarDay(day) && day <= latest ? day : latest;
}

function parseIsoDay(moment: string): string | null {
  return /^\d{4}-\d{2}-\d{2}(?=T|$)/.exec(moment)?.[0] ?? null;
}

function parseRfc822Day(moment: string): string | null {
  const [, day = '', month = '', year = ''] =
    /^(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})\b/.exec(moment) ?? [];
  const monthNumber = MONTHS.indexOf(month) + 1;
  return monthNumber === 0
    ? null
    : `${year}-${String(monthNumber).padStart(2, '0')}-${day.padStart(2, '0')}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
