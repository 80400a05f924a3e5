import type { ServedPaper } from './served-paper.ts';

/** arXiv's Atom feed of a day. `day` is a day in New York. */
export function renderArxivAtomFeed(papers: readonly ServedPaper[], day: string): string {
  const entries = papers.map(
    (paper) => `  <entry>
    <id>oai:arXiv.org:${paper.id}v${paper.version}</id>
    <title>${escapeXmlText(paper.title)}</title>
    <updated>${formatMidnight(day)}</updated>
    <link href="https://arxiv.org/abs/${paper.id}" rel="alternate" type="text/html"/>
    <summary>${escapeXmlText(renderFeedSummary(paper))}</summary>
${paper.categories.map((each) => `    <category term="${each}"/>`).join('\n')}
    <published>${formatMidnight(day)}</published>
    <arxiv:announce_type>${paper.announceType}</arxiv:announce_type>
    <dc:rights>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</dc:rights>
    <dc:creator>${escapeXmlText(paper.authors.join(', '))}</dc:creator>${renderFeedDetails('    ', paper)}
  </entry>`,
  );
  return `<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://www.w3.org/2005/Atom" xml:lang="en-us">
  <id>http://rss.arxiv.org/atom</id>
  <title>updates on arXiv.org</title>
  <updated>${formatMidnight(day)}</updated>
${entries.join('\n')}
</feed>
`;
}

/** arXiv's RSS 2.0 feed of a day. */
export function renderArxivRssFeed(papers: readonly ServedPaper[], day: string): string {
  const items = papers.map(
    (paper) => `    <item>
      <title>${escapeXmlText(paper.title)}</title>
      <link>https://arxiv.org/abs/${paper.id}</link>
      <description>${escapeXmlText(renderFeedSummary(paper))}</description>
      <guid isPermaLink="false">oai:arXiv.org:${paper.id}v${paper.version}</guid>
${paper.categories.map((each) => `      <category>${each}</category>`).join('\n')}
      <pubDate>${formatRfc822(day)}</pubDate>
      <arxiv:announce_type>${paper.announceType}</arxiv:announce_type>
      <dc:rights>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</dc:rights>
      <dc:creator>${escapeXmlText(paper.authors.join(', '))}</dc:creator>${renderFeedDetails('      ', paper)}
    </item>`,
  );
  return `<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" version="2.0">
  <channel>
    <title>updates on arXiv.org</title>
    <link>http://rss.arxiv.org/rss</link>
    <pubDate>${formatRfc822(day)}</pubDate>
${items.join('\n')}
  </channel>
</rss>
`;
}

/** A page of results of arXiv's API. */
export function renderArxivApiFeed(
  papers: readonly ServedPaper[],
  { start, most }: { start: number; most: number },
): string {
  const entries = papers.slice(start, start + most).map((paper) => {
    const submittedAt = `${paper.submittedAt.toISOString().slice(0, 19)}Z`;
    const details = renderOptional('    ', [
      ['arxiv:comment', paper.comment],
      ['arxiv:journal_ref', paper.journalRef],
      ['arxiv:doi', paper.doi],
    ]);
    return `  <entry>
    <id>http://arxiv.org/abs/${paper.id}v${paper.version}</id>
    <title>${escapeXmlText(paper.title)}</title>
    <updated>${submittedAt}</updated>
    <link href="https://arxiv.org/pdf/${paper.id}v${paper.version}" rel="related" type="application/pdf" title="pdf"/>
    <summary>${escapeXmlText(paper.abstract)}</summary>
${paper.categories.map((each) => `    <category term="${each}" scheme="http://arxiv.org/schemas/atom"/>`).join('\n')}
    <published>${submittedAt}</published>${details}
    <arxiv:primary_category term="${paper.categories[0]}"/>
${paper.authors.map((name) => `    <author><name>${escapeXmlText(name)}</name></author>`).join('\n')}
  </entry>`;
  });
  return `<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/query</id>
  <title>arXiv Query</title>
  <opensearch:itemsPerPage>${most}</opensearch:itemsPerPage>
  <opensearch:totalResults>${papers.length}</opensearch:totalResults>
  <opensearch:startIndex>${start}</opensearch:startIndex>
${entries.join('\n')}
</feed>
`;
}

/** The response of arXiv's API to an invalid query. */
export function renderArxivApiError(message: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns="http://www.w3.org/2005/Atom">
  <id>http://arxiv.org/api/error</id>
  <opensearch:totalResults>1</opensearch:totalResults>
  <entry>
    <id>http://arxiv.org/api/errors#incorrect_query</id>
    <title>Error</title>
    <summary>${escapeXmlText(message)}</summary>
  </entry>
</feed>
`;
}

function renderFeedSummary({ id, version, announceType, abstract }: ServedPaper): string {
  return `arXiv:${id}v${version} Announce Type: ${announceType} \nAbstract: ${abstract}`;
}

function renderFeedDetails(indent: string, { journalRef, doi }: ServedPaper): string {
  return renderOptional(indent, [
    ['arxiv:journal_reference', journalRef],
    ['arxiv:DOI', doi],
  ]);
}

/** The elements that have a value, each on a line of its own. */
function renderOptional(
  indent: string,
  elements: readonly (readonly [name: string, value: string | null])[],
): string {
  return elements
    .map(([name, value]) =>
      value === null ? '' : `\n${indent}<${name}>${escapeXmlText(value)}</${name}>`,
    )
    .join('');
}

/** A day with New York's UTC offset in summer. */
function formatMidnight(day: string): string {
  return `${day}T00:00:00-04:00`;
}

function formatRfc822(day: string): string {
  return new Date(`${day}T00:00:00Z`).toUTCString().replace('GMT', '-0400');
}

/** The text with references for the characters that XML reserves. */
export function escapeXmlText(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
