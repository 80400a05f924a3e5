import { escapeXmlText } from './arxiv-documents.ts';
import type { FixtureResponse } from './fixture-response.ts';
import type { ServedPaper } from './served-paper.ts';

const RENDERERS = { rss: renderRss, rdf: renderRdf, atom: renderAtom };

/** The feed of a journal with all papers that have a `feedDay`, in three formats; null for other
 *  paths. */
export function respondAsFeed(url: URL, papers: readonly ServedPaper[]): FixtureResponse | null {
  const [, format] = /^\/feeds\/(rss|rdf|atom)\.xml$/.exec(url.pathname) ?? [];
  if (format === undefined) return null;
  const listed = papers.filter(({ feedDay }) => feedDay !== null);
  return {
    status: 200,
    type: 'application/xml; charset=utf-8',
    body: RENDERERS[format as keyof typeof RENDERERS](listed),
  };
}

function renderRss(papers: readonly ServedPaper[]): string {
  const items = papers.map(
    (paper) => `<item>
<title>${escapeXmlText(paper.title)}</title>
<link>https://journal.example.org/articles/${paper.id}</link>
<guid isPermaLink="false">journal-${paper.id}</guid>
<pubDate>${new Date(`${paper.feedDay}T09:00:00Z`).toUTCString()}</pubDate>
<dc:creator>${escapeXmlText(paper.authors.join(', '))}</dc:creator>
${paper.categories.map((each) => `<category>${escapeXmlText(each)}</category>`).join('\n')}
<description><![CDATA[<p>${paper.abstract}</p><script>track();</script>]]></description>
</item>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Journal</title><link>https://journal.example.org/</link><description>Articles</description>
${items.join('\n')}
</channel>
</rss>
`;
}

function renderRdf(papers: readonly ServedPaper[]): string {
  const items = papers.map(
    (paper) => `<item rdf:about="https://journal.example.org/articles/${paper.id}">
<title>${escapeXmlText(paper.title)}</title>
<link>https://journal.example.org/articles/${paper.id}</link>
<description>${escapeXmlText(paper.abstract)}</description>
${paper.authors.map((name) => `<dc:creator>${escapeXmlText(name)}</dc:creator>`).join('\n')}
<dc:identifier>doi:10.5555/${paper.id}</dc:identifier>
<dc:date>${paper.feedDay}</dc:date>
</item>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://journal.example.org/"><title>Journal</title></channel>
${items.join('\n')}
</rdf:RDF>
`;
}

function renderAtom(papers: readonly ServedPaper[]): string {
  const entries = papers.map(
    (paper) => `<entry>
<id>urn:journal:${paper.id}</id>
<title type="html">${escapeXmlText(paper.title)}</title>
<link href="https://journal.example.org/articles/${paper.id}"/>
<updated>${paper.feedDay}T09:00:00Z</updated>
${paper.authors.map((name) => `<author><name>${escapeXmlText(name)}</name></author>`).join('\n')}
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>${escapeXmlText(paper.abstract)}</p></div></content>
</entry>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<id>urn:journal</id><title>Journal</title>
${entries.join('\n')}
</feed>
`;
}
