import { describeAuthors } from '../copy/en/format.ts';
import type { TopicPaper } from '../domain/papers/paper.ts';
import { findCode, findProject } from '../domain/papers/paper-links.ts';
import { escapeXml } from './xml.ts';

export interface AtomFeed {
  /** The feed's own URL. */
  id: string;
  title: string;
  /** The page with the same papers. */
  pageUrl: string;
  /** The newest entry's day, `YYYY-MM-DD`. */
  updated: string;
  entries: readonly {
    paper: TopicPaper;
    link: string;
    /** Precedes the abstract. */
    note?: string;
    /** `YYYY-MM-DD`. @defaultValue the day on which the paper was listed */
    day?: string;
  }[];
}

/** An Atom feed of papers (RFC 4287). */
export function renderAtomFeed({ id, title, pageUrl, updated, entries }: AtomFeed): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <id>${escapeXml(id)}</id>
  <title>${escapeXml(title)}</title>
  <updated>${updated}T00:00:00Z</updated>
  <author><name>${escapeXml(title)}</name></author>
  <link rel="self" type="application/atom+xml" href="${escapeXml(id)}"/>
  <link rel="alternate" type="text/html" href="${escapeXml(pageUrl)}"/>
${entries.map(renderEntry).join('\n')}
</feed>
`;
}

function renderEntry(entry: AtomFeed['entries'][number]): string {
  const { paper, link, note, day = paper.listedOn } = entry;
  const authors =
    paper.authors.length > 0
      ? paper.authors
      : [describeAuthors(paper)].filter((name) => name !== '');
  const related = [findCode(paper), findProject(paper)]
    .filter((url) => url !== null)
    .map((url) => `    <link rel="related" href="${escapeXml(url)}"/>\n`)
    .join('');
  const terms = paper.details.keywords
    .map((term) => `    <category term="${escapeXml(term)}"/>\n`)
    .join('');
  return `  <entry>
    <id>${escapeXml(link)}</id>
    <title>${escapeXml(paper.title)}</title>
    <published>${day}T00:00:00Z</published>
    <updated>${day}T00:00:00Z</updated>
    <link rel="alternate" type="text/html" href="${escapeXml(link)}"/>
${related}${terms}${authors.map((name) => `    <author><name>${escapeXml(name)}</name></author>`).join('\n')}
    <summary>${escapeXml(note === undefined ? paper.abstract : `${note} ${paper.abstract}`)}</summary>
  </entry>`;
}
