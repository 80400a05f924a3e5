import type { XmlElement } from '@rgrove/parse-xml';
import { PaperboyError } from '../domain/errors.ts';
import type { Fetched } from '../domain/fetched.ts';
import type { ListedPaper } from '../domain/paper.ts';
import { arxivId } from '../domain/paper-id.ts';
import { readPaper } from '../domain/paper-input.ts';
import { isDay } from '../domain/schedule.ts';
import { SourceError } from '../domain/source-error.ts';
import { isWithdrawal, namesIn } from './arxiv-words.ts';
import { childOf, childrenOf, readXml, textIn } from './xml.ts';

/**
 * The papers of arXiv's feed, Atom or RSS 2.0: what is announced as new or listed under another category,
 * apart from new versions of papers that were announced before. `day` is of papers that tell none.
 * @throws SourceError `SOURCE_UNREADABLE`.
 */
export function readFeed(
  text: string,
  { url, source, day }: { url: string; source: string; day: string },
): Pick<Fetched, 'papers' | 'revisions' | 'refused'> {
  const papers: ListedPaper[] = [];
  const revisions: ListedPaper[] = [];
  const refused: Fetched['refused'] = [];
  for (const [index, entry] of entriesOf(readXml(text, url), url).entries()) {
    try {
      const isRevision = textIn(entry, 'arxiv:announce_type')?.startsWith('replace') === true;
      (isRevision ? revisions : papers).push(readEntry(entry, { source, day }));
    } catch (error) {
      if (!(error instanceof PaperboyError)) throw error;
      refused.push({ place: `Entry ${index + 1}`, reason: error.message });
    }
  }
  return { papers, revisions, refused };
}

function entriesOf(root: XmlElement, url: string): XmlElement[] {
  if (root.name === 'feed') return childrenOf(root, 'entry');
  const channel = root.name === 'rss' ? childOf(root, 'channel') : undefined;
  if (channel !== undefined) return childrenOf(channel, 'item');
  throw new SourceError(
    'SOURCE_UNREADABLE',
    `${url} cannot be understood: it begins with <${root.name.slice(0, 40)}>, expected a feed (Atom or RSS 2.0).`,
  );
}

function readEntry(
  entry: XmlElement,
  { source, day }: { source: string; day: string },
): ListedPaper {
  const text = (...names: string[]) =>
    names.map((name) => textIn(entry, name)).find((each) => each !== undefined && each !== '');
  const given = text('id', 'guid') ?? text('link') ?? '';
  if (arxivId(given) === null)
    throw new PaperboyError(
      'INVALID_PAPER',
      `id is “${given.slice(0, 60)}”: expected one of arXiv such as oai:arXiv.org:2508.13426v1.`,
    );
  const listedOn = announcedOn(text('published', 'pubDate'), day);
  const summary = text('summary', 'description');
  const paper = readPaper(
    {
      id: given,
      title: text('title'),
      abstract: summary,
      authors: namesIn(text('dc:creator') ?? ''),
      listed_on: listedOn,
      // The announcement of a new paper is its publication; of others it tells nothing.
      published_on: text('arxiv:announce_type') === 'new' ? listedOn : undefined,
    },
    { source, today: day, isLoose: true },
  );
  return isWithdrawal(paper.abstract) ? { ...paper, withdrawnOn: listedOn } : paper;
}

/** The day by arXiv's own clock: `2026-05-08T00:00:00-04:00`, `Fri, 08 May 2026 00:00:00 -0400`. */
function announcedOn(moment: string | undefined, latest: string): string {
  const day = moment === undefined ? '' : (isoDay(moment) ?? rfc822Day(moment) ?? '');
  return isDay(day) && day <= latest ? day : latest;
}

function isoDay(moment: string): string | null {
  return /^\d{4}-\d{2}-\d{2}(?=T|$)/.exec(moment)?.[0] ?? null;
}

function rfc822Day(moment: string): string | null {
  const [, day = '', month = '', year = ''] =
    /^(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})\b/.exec(moment) ?? [];
  const place = MONTHS.indexOf(month) + 1;
  return place === 0 ? null : `${year}-${String(place).padStart(2, '0')}-${day.padStart(2, '0')}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
