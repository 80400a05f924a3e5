import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { NO_DETAILS } from '../../../src/domain/papers/source-details.ts';
import { parseFeed } from '../../../src/sources/feed/feed.ts';
import { createTestClock, FRIDAY } from '../../support/clock.ts';
import { createServedPaper, startFaultyPaperServer } from '../../support/paper-server.ts';
import { fetchList, openSourceOn, paperIdsOf } from '../support/open-source.ts';

const clock = createTestClock(`${FRIDAY}T18:00:00Z`);
const server = await startFaultyPaperServer({ clock });
afterAll(() => server.close());
const paper = createServedPaper('7', FRIDAY, {
  title: 'On Boats & Bikes',
  abstract: 'We compare boats and bikes.',
  categories: ['Transport', 'cs.RO'],
  feedDay: '2026-05-07',
});
beforeEach(() => {
  server.fault = null;
  server.papers = [paper];
  server.requests.length = 0;
});

const open = (format: 'rss' | 'rdf' | 'atom') =>
  openSourceOn(server, clock, `rss:${server.feeds[format]}`);

describe('A feed', () => {
  it.each([
    ['rss', expect.stringMatching(/^rss:127\.0\.0\.1:[0-9a-f]{16}$/), ['Transport', 'cs.RO']],
    ['rdf', 'doi:10.5555/7', []],
    ['atom', expect.stringMatching(/^rss:127\.0\.0\.1:[0-9a-f]{16}$/), []],
  ] as const)(
    'A feed in the format %s gives papers on their days, without markup',
    async (format, id, categories) => {
      const fetched = await fetchList(open(format), clock);
      expect(fetched).toMatchObject({ day: null, revisions: [], rejected: [] });
      expect(fetched.papers).toEqual([
        {
          id,
          source: 'rss:127.0.0.1',
          title: 'On Boats & Bikes',
          abstract: 'We compare boats and bikes.',
          authors: ['Ada Lovelace', 'Charles Babbage'],
          authorCount: 2,
          organization: null,
          publishedOn: '2026-05-07',
          listedOn: '2026-05-07',
          usableOn: '2026-05-07',
          upvotes: null,
          comments: null,
          url: 'https://journal.example.org/articles/7',
          codeUrl: null,
          categories,
          details: NO_DETAILS,
        },
      ]);
    },
  );

  it('A feed that has not changed is not read again', async () => {
    const source = open('rss');
    const { validators, papers } = await fetchList(source, clock);
    expect(paperIdsOf({ papers })).toEqual(paperIdsOf(await fetchList(source, clock)));
    const { signal } = new AbortController();
    expect(await source.fetch({ day: null, validators, now: clock(), signal })).toBeNull();
  });

  it('A feed has no list of an earlier day', async () => {
    await expect(fetchList(open('rss'), clock, { day: '2026-05-07' })).rejects.toMatchObject({
      code: 'NO_SUCH_DAY',
    });
  });

  it.each([
    ['busy', 'SOURCE_BUSY'],
    ['broken', 'SOURCE_UNREACHABLE'],
    ['errorAsJson', 'SOURCE_UNREADABLE'],
    ['errorAsPage', 'SOURCE_UNREADABLE'],
    ['empty', 'SOURCE_UNREADABLE'],
    ['huge', 'SOURCE_UNREADABLE'],
  ] as const)('A server that is %s gives the error %s', async (fault, code) => {
    server.fault = fault;
    await expect(fetchList(open('rss'), clock)).rejects.toMatchObject({ code });
  });
});

describe('parseFeed', () => {
  const FROM = { url: 'https://example.org/feed', source: 'rss:example.org', day: FRIDAY };
  const LEAST = '<title>T</title><description>We present a paper.</description>';
  const parse = (...items: string[]) =>
    parseFeed(
      `<rss><channel>${items.map((each) => `<item>${each}</item>`).join('')}</channel></rss>`,
      FROM,
    );
  const first = (item: string) => parse(item).papers[0];

  it.each([
    ['<guid>https://arxiv.org/abs/2605.00001v2</guid>', '2605.00001'],
    ['<link>https://arxiv.org/abs/2605.00001</link>', '2605.00001'],
    ['<guid>x</guid><prism:doi>10.1038/S41586-1</prism:doi>', 'doi:10.1038/s41586-1'],
    ['<dc:identifier>doi:10.1101/2026.05.08.1</dc:identifier>', 'doi:10.1101/2026.05.08.1'],
    [
      '<link>http://biorxiv.org/content/10.1101/2026.05.08.1v2.short?rss=1</link>',
      'doi:10.1101/2026.05.08.1',
    ],
    ['<link>https://doi.org/10.5555/7</link>', 'doi:10.5555/7'],
  ])('The arXiv id or DOI in %s is the paper’s id', (xml, id) => {
    expect(first(xml + LEAST)?.id).toBe(id);
  });

  it('Otherwise the entry’s own id is hashed, and without one its title', () => {
    const ids = ['<guid>a</guid>', '<guid>b</guid>', ''].map((xml) => first(xml + LEAST)?.id);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^rss:example\.org:[0-9a-f]{16}$/);
  });

  it.each([
    ['<pubDate>Thu, 07 May 2026 23:30:00 -0400</pubDate>', FRIDAY],
    ['<pubDate>Fri, 01 May 2026 00:00:00 GMT</pubDate>', '2026-05-01'],
    ['<dc:date>2026-05-01</dc:date>', '2026-05-01'],
    ['<pubDate>Mon, 01 Jun 2026 00:00:00 GMT</pubDate>', FRIDAY],
    ['<pubDate>yesterday</pubDate>', FRIDAY],
    ['', FRIDAY],
  ])('%s is listed on %s: on its day, but never later than today', (xml, day) => {
    expect(first(xml + LEAST)?.listedOn).toBe(day);
  });

  it('HTML becomes text, without scripts; of summary and content the first that says enough counts', () => {
    const long = 'We present a long summary of a paper. '.repeat(5);
    const xml = `<title>T</title><description>Read more</description><content:encoded><![CDATA[<style>p{}</style><p onclick="x()">${long}&amp; more</p><script>alert(1)</script><script>open]]></content:encoded>`;
    expect(first(xml)?.abstract).toBe(`${long}& more`);
  });

  it('A very long article is cut at a word', () => {
    const abstract = first(
      `<title>T</title><description>${'word '.repeat(50_000)}</description>`,
    )?.abstract;
    expect(abstract?.length).toBeLessThanOrEqual(5_002);
    expect(abstract).toMatch(/word …$/);
  });

  it('Authors are named one by one or together, and addresses are left out', () => {
    const authors = (xml: string) => first(xml + LEAST)?.authors;
    expect(authors('<dc:creator>A. Lovelace, C. Babbage</dc:creator>')).toEqual([
      ...['A. Lovelace', 'C. Babbage'],
    ]);
    expect(authors('<dc:creator>Lovelace, Ada</dc:creator><dc:creator>B</dc:creator>')).toEqual([
      ...['Lovelace, Ada', 'B'],
    ]);
    expect(authors('<author>a@example.org (Ada Lovelace)</author>')).toEqual(['Ada Lovelace']);
    expect(authors('<author>a@example.org</author>')).toEqual([]);
  });

  it('An entry without a summary is reported with its place, and the others are kept', () => {
    const { papers, rejected } = parse('<title>T</title>', LEAST);
    expect(papers).toHaveLength(1);
    expect(rejected).toEqual([
      { place: 'Entry 1', reason: expect.stringContaining('abstract is missing') },
    ]);
  });

  it('A link that is no web address is left out', () => {
    expect(first(`<link>javascript:alert(1)</link>${LEAST}`)?.url).toBeNull();
    expect(first(`<guid isPermaLink="false">https://x.org/1</guid>${LEAST}`)?.url).toBeNull();
  });

  it.each([
    ['<html/>', 'its root element is <html>, expected a feed in RSS or Atom'],
    ['<rss/>', 'its root element is <rss>'],
    [
      '<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><rss><channel>&b;</channel></rss>',
      'it is not XML',
    ],
    [
      '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&x;</title></item></channel></rss>',
      'it is not XML',
    ],
    [`<rss><channel>${'<item/>'.repeat(2_001)}</channel></rss>`, 'it has more than 2000 entries'],
    ['<a>'.repeat(200_000), 'it is not XML'],
  ])('A document that is no feed, or a hostile one, is refused (%#)', (text, message) => {
    expect(() => parseFeed(text, FROM)).toThrow(message);
    expect(() => parseFeed(text, FROM)).toThrow(FROM.url);
  });
});
