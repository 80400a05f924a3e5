import { load } from 'cheerio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeDigest } from '../../src/services/digests/compose-digest.ts';
import { buildPaper, storePapers } from '../support/rows.ts';
import { openTestSite, type TestSite } from './support/site.ts';

const DAY = '2026-05-08';
const OLD_ID = 'hep-ex/0307015';

let site: TestSite;
beforeAll(async () => {
  site = await openTestSite();
  const { db } = site.app;
  await storePapers(db, [
    buildPaper({ id: OLD_ID, title: 'On 100 % of {braces} & more', authors: ['Ada Lovelace'] }),
    buildPaper({ id: '2605.01234', title: 'A <b> paper' }),
    buildPaper({ id: 'test:notes.bib', title: 'Its id ends like a file' }),
  ]);
  await composeDigest(db, { kind: 'daily', date: DAY, now: site.clock() });
});
afterAll(() => site?.close());

describe('A reference', () => {
  it('A paper’s reference is a BibTeX or RIS file, also when its id has a slash', async () => {
    const bib = await site.request({ url: `/papers/${OLD_ID}.bib` });
    expect(bib.headers['content-type']).toBe('application/x-bibtex; charset=utf-8');
    expect(bib.headers['content-disposition']).toBe('attachment; filename="hep-ex-0307015.bib"');
    expect(bib.body).toContain('title = {{On 100 \\% of \\{braces\\} \\& more}}');
    expect(bib.body).toContain(`eprint = {${OLD_ID}}`);
    const ris = await site.request({ url: `/papers/${OLD_ID}.ris` });
    expect(ris.headers['content-type']).toBe('application/x-research-info-systems; charset=utf-8');
    expect(ris.headers['content-disposition']).toContain('hep-ex-0307015.ris');
    expect(ris.body).toContain('\r\nAU  - Lovelace, Ada\r\n');
  });

  it('The page of a paper links to its BibTeX and RIS files', async () => {
    const $ = load((await site.page(`/papers/${OLD_ID}`)).body);
    const links = $('a[download]').toArray();
    expect(links.map((link) => $(link).attr('href'))).toEqual([
      `/papers/${OLD_ID}.bib`,
      `/papers/${OLD_ID}.ris`,
    ]);
  });

  it('A paper whose id ends in .bib keeps its page', async () => {
    const page = await site.page('/papers/test:notes.bib');
    expect([page.statusCode, page.headers['content-type']]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    expect((await site.request({ url: '/papers/test:notes.bib.bib' })).body).toContain('@misc{');
  });

  it('The reference of an unknown paper is not found', async () => {
    for (const path of ['nothing.bib', '.bib', '%00.ris', 'a%0d%0ab.bib'])
      expect((await site.request({ url: `/papers/${path}` })).statusCode).toBe(404);
  });
});

describe('Public pages and files', () => {
  it.each([
    '/',
    '/papers',
    `/papers?date=${DAY}`,
    '/papers?q=paper',
    '/papers/2605.01234',
    '/papers/2605.01234.bib',
    '/topics',
    '/topics/theory',
    '/digests',
    `/digests/${DAY}`,
    '/feed.xml',
    '/topics/theory/feed.xml',
    '/robots.txt',
    '/sitemap.xml',
  ])('The response to %s may be cached and is revalidated by its ETag', async (url) => {
    const first = await site.page(url);
    expect([url, first.statusCode]).toEqual([url, 200]);
    expect(first.headers['cache-control']).toBe('public, no-cache');
    const headers = { accept: 'text/html', 'if-none-match': String(first.headers.etag) };
    const again = await site.request({ url, headers });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  it('A cached page is sent again after a new paper', async () => {
    const known = String((await site.page('/')).headers.etag);
    await storePapers(site.app.db, [buildPaper({ id: 'test:news' })]);
    const headers = { accept: 'text/html', 'if-none-match': known };
    expect((await site.request({ url: '/', headers })).statusCode).toBe(200);
  });

  it('The page of a paper has Open Graph tags with title, type and URL, and without an image', async () => {
    const $ = load((await site.page('/papers/2605.01234')).body);
    const property = (name: string) => $(`meta[property="og:${name}"]`).attr('content');
    expect(property('title')).toBe('A <b> paper – Paperboy');
    expect(property('type')).toBe('article');
    expect(property('url')).toBe('http://localhost:3000/papers/2605.01234');
    expect($('link[rel="canonical"]').attr('href')).toBe(property('url'));
    expect(property('description')).toContain('We present a paper.');
    expect(property('image')).toBeUndefined();
  });

  it('A search result is not to be indexed by search engines', async () => {
    const $ = load((await site.page('/papers?q=paper')).body);
    expect($('meta[name="robots"]').attr('content')).toContain('noindex');
  });
});

describe('Public feeds', () => {
  it('A feed’s Last-Modified is when one of its papers last changed', async () => {
    const { headers } = await site.request({ url: '/feed.xml' });
    expect(headers['last-modified']).toBe('Fri, 08 May 2026 04:00:00 GMT');
    const since = { 'if-modified-since': String(headers['last-modified']) };
    expect((await site.request({ url: '/feed.xml', headers: since })).statusCode).toBe(304);
  });

  it('The feed of a topic without papers is valid', async () => {
    const { statusCode, body, headers } = await site.request({ url: '/topics/robotics/feed.xml' });
    expect([statusCode, headers['last-modified']]).toEqual([200, undefined]);
    expect(load(body, { xml: true })('feed > updated').text()).toMatch(/^2026-05-08T/);
  });
});

describe('The sitemap', () => {
  it('The sitemap lists only pages that exist', async () => {
    const { body } = await site.request({ url: '/sitemap.xml' });
    const addresses = [...body.matchAll(/<loc>(.+?)<\/loc>/g)].map(([, address = '']) => address);
    expect(addresses).toContain(`http://localhost:3000/digests/${DAY}`);
    for (const address of addresses) {
      const { pathname, search } = new URL(address);
      expect([address, (await site.page(pathname + search)).statusCode]).toEqual([address, 200]);
    }
  });
});

describe('The archive', () => {
  it('The archive has a page for each month', async () => {
    const { db } = site.app;
    await storePapers(db, [
      buildPaper({ id: 'test:april', listedOn: '2026-04-30', usableOn: '2026-04-30' }),
    ]);
    await composeDigest(db, { kind: 'daily', date: '2026-04-30', now: site.clock() });
    const $ = load((await site.page('/digests')).body);
    expect($('h1').text()).toBe('Archive: May 2026');
    expect($('.archive tbody tr').length).toBe(1);
    expect($('.months a').attr('href')).toBe('/digests?month=2026-04');
    const $april = load((await site.page('/digests?month=2026-04')).body);
    expect($april('.archive tbody th').text()).toBe('Thursday, 30 April 2026');
    const $none = load((await site.page('/digests?month=2025-01')).body);
    expect($none('.empty-state').text()).toBe('There were no digests this month.');
  });

  it.each(['2026-13', '2026', 'May', '%00', '2026-05-08'])(
    'The archive refuses the month %s',
    async (month) => {
      const answer = await site.request({ url: `/digests?month=${month}` });
      expect([answer.statusCode, answer.json().code]).toEqual([400, 'INVALID_QUERY']);
    },
  );
});

describe('A hostile search', () => {
  it.each([
    `q=${'x'.repeat(10_240)}`,
    'q=%00',
    'q=a%00b',
    'q=%ED%A0%80',
    'q=%',
    'q=%22',
    'q=%27%29%3B--',
    'q=%26%7C%21%28%29%3C-%3E%3A%2A',
    'q=-&topic=theory&date=2026-05-08',
    'q=<script>alert(1)</script>',
    'q[]=a',
    'page=2&q=paper',
  ])('A search for %s does not cause a server error', async (query) => {
    const page = await site.page(`/papers?${query}`);
    const api = await site.request({ url: `/api/papers?${query}` });
    expect(page.statusCode).toBeLessThan(500);
    expect(api.statusCode).toBe(page.statusCode);
    expect(load(page.body)('script').length).toBeLessThanOrEqual(1);
  });

  it('A search result shows markup in titles and abstracts as text', async () => {
    await storePapers(site.app.db, [
      buildPaper({
        id: 'test:markup',
        title: 'Of <img src=x> markup',
        abstract: 'Markup <b>is</b> said.',
      }),
    ]);
    const $ = load((await site.page('/papers?q=markup')).body);
    expect($('.paper-list img, .paper-list b').length).toBe(0);
    expect($('.paper-list h2').text()).toBe('Of <img src=x> markup');
    expect(
      $('.paper-list mark')
        .toArray()
        .map((mark) => $(mark).text()),
    ).toEqual(['markup', 'Markup']);
  });
});
