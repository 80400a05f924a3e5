import { type CheerioAPI, load } from 'cheerio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parsePaper, toPaperInput } from '../../src/domain/papers/paper-input.ts';
import { composeDigest } from '../../src/services/digests/compose-digest.ts';
import { importPapers } from '../../src/services/papers/import-papers.ts';
import { readSeed } from '../../src/wiring/database.ts';
import { buildPaper, storePapers } from '../support/rows.ts';
import { openTestSite, type TestSite } from './support/site.ts';

const DAY = '2026-05-08';
const SEED_PAPERS = 49;
const OLD_ID = 'hep-ex/0307015';
const THEORY = 'Theory, algorithms & quantum';
const HOSTILE = 'A <b>bold</b> & "quoted" title: ]]> of signs';

let site: TestSite;
beforeAll(async () => {
  site = await openTestSite();
  const { db } = site.app;
  await importPapers(db, { text: await readSeed('papers.json'), source: 'file' }, site.clock());
  await composeDigest(db, { kind: 'daily', date: DAY, now: site.clock() });
  const listedOn = '2026-05-07';
  await storePapers(db, [
    {
      ...buildPaper({ id: OLD_ID, title: HOSTILE, listedOn, usableOn: listedOn }),
      slugs: ['theory'],
    },
  ]);
});
afterAll(() => site?.close());

const json = async (url: string) => (await site.request({ url })).json();
const html = async (url: string): Promise<CheerioAPI> => {
  const answer = await site.page(url);
  expect([url, answer.statusCode]).toEqual([url, 200]);
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
  return load(answer.body);
};
const titlesOn = ($: CheerioAPI) =>
  $('.paper-list li h2, .paper-list li h3')
    .toArray()
    .map((title) => $(title).text());

describe('/', () => {
  it('The front page shows the newest day, its number and the topics’ counts', async () => {
    const $ = await html('/');
    expect($('.dateline').text()).toContain('Friday, 8 May 2026, No. 1');
    expect($('.topics-bar summary').first().text()).toBe(`All topics, ${SEED_PAPERS} papers`);
    const topicLinks = $('.topics-bar a')
      .toArray()
      .map((link) => {
        const count = Number($(link).find('span').text());
        return { href: $(link).attr('href') ?? '', count };
      });
    expect(topicLinks.length).toBeGreaterThan(6);
    for (const { href, count } of topicLinks) {
      const found = await site.request({ url: `/api${href}` });
      expect([href, found.headers['x-total-count']]).toEqual([href, String(count)]);
    }
  });
});

describe('/papers', () => {
  it.each([
    ['', 'Papers', SEED_PAPERS + 1],
    [`?date=${DAY}`, 'Friday, 8 May 2026', SEED_PAPERS],
    ['?date=2026-05-07', 'Thursday, 7 May 2026', 1],
    ['?q=bold', 'Papers that mention “bold”', 1],
    ['?q=%22of+signs%22&topic=theory', `Papers on ${THEORY} that mention “of signs”`, 1],
    ['?date=&topic=&q=&page=', 'Papers', SEED_PAPERS + 1],
    ['?utm_source=elsewhere', 'Papers', SEED_PAPERS + 1],
  ])('The list %s has the same papers as a page and as JSON', async (query, title, total) => {
    const $ = await html(`/papers${query}`);
    const answer = await site.request({ url: `/api/papers${query}` });
    expect(answer.headers['x-total-count']).toBe(String(total));
    const papers: { title: string }[] = answer.json();
    expect(papers.length).toBe(Math.min(total, 25));
    expect($('h1').text()).toBe(title);
    expect(titlesOn($).map(lettersOf)).toEqual(papers.map((each) => lettersOf(each.title)));
  });

  it('The pages of a list hold every paper once', async () => {
    const first = await site.request({ url: `/api/papers?date=${DAY}` });
    expect(first.headers.link).toBe(
      `<http://localhost:3000/api/papers?date=${DAY}&page=2>; rel="next"`,
    );
    const second = await site.request({ url: `/api/papers?date=${DAY}&page=2` });
    expect(second.headers).not.toHaveProperty('link');
    const ids = [...first.json(), ...second.json()].map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(SEED_PAPERS);
    expect(await json(`/api/papers?date=${DAY}&page=3`)).toEqual([]);
    expect((await site.page(`/papers?page=999999`)).statusCode).toBe(200);
  });

  it('A search without results says what the last day had', async () => {
    const $ = await html('/papers?q=perpetual+motion&topic=theory');
    expect($('.empty-state').text()).toMatch(
      /^No papers on (.+) mention “perpetual motion”\. 49 came today, \d+ of them on \1\.$/,
    );
  });

  it.each([
    ['date=yesterday', 'date is “yesterday”: expected a day such as 2026-05-08.'],
    ['date=2026-02-30', 'date is “2026-02-30”'],
    ['date=9999-12-31', 'date is “9999-12-31”'],
    ['date=%00', 'date is “”'],
    ['topic=cooking', 'topic is “cooking”: expected one of '],
    ['page=0', 'page is “0”: expected a whole number from 1 to 999999.'],
    ['page=-1', 'page is “-1”'],
    ['page=1e3', 'page is “1e3”'],
    ['page=9999999', 'page is “9999999”'],
    ['q=a&q=b', 'q is ["a","b"]: must be string.'],
    [`q=${'x'.repeat(501)}`, 'must NOT have more than 500 characters'],
  ])('The query %s is refused, as a page and as JSON', async (query, message) => {
    const page = await site.page(`/papers?${query}`);
    const api = await site.request({ url: `/api/papers?${query}` });
    expect([page.statusCode, api.statusCode]).toEqual([400, 400]);
    expect(api.json().message).toContain(message);
    expect(load(page.body)('main').text()).toContain(message);
  });

  it('The API returns papers in the format of an import file', async () => {
    const { db } = site.app;
    const papers: { id: string; topics: string[]; sources: string[] }[] = await json(
      `/api/papers?date=${DAY}`,
    );
    for (const each of papers) {
      const { topics, sources, ...written } = each;
      expect(sources).toEqual(['file']);
      expect(topics.length).toBeLessThanOrEqual(2);
      expect(toPaperInput(parsePaper(each, { source: 'file', today: '2030-01-01' }))).toEqual(
        written,
      );
    }
    const text = JSON.stringify(papers);
    const again = await importPapers(db, { text, source: 'file' }, site.clock());
    expect(again).toMatchObject({ read: 25, added: 0, updated: 0 });
  });
});

describe('/papers/:id', () => {
  it('An old arXiv id with a slash leads to its paper', async () => {
    const $ = await html(`/papers/${OLD_ID}`);
    expect(lettersOf($('h1').text())).toBe(lettersOf(HOSTILE));
    expect($('h1 b').length).toBe(0);
    expect(await json(`/api/papers/${OLD_ID}`)).toMatchObject({ id: OLD_ID, topics: ['theory'] });
    expect(await json(`/api/papers/hep-ex%2F0307015`)).toMatchObject({ id: OLD_ID });
  });

  it('Every link of the list leads to its paper', async () => {
    const $ = await html('/papers');
    const links = $('.paper-list a')
      .toArray()
      .map((link) => $(link).attr('href') ?? '');
    expect(links.length).toBe(25);
    for (const link of links) await html(link);
  });

  it('The page of a paper names its digests', async () => {
    const [first] = await json(`/api/papers?date=${DAY}`);
    const $ = await html(`/papers/${first.id}`);
    expect($('.facts').text()).toContain('Daily No. 1, 8 May 2026');
  });

  it.each(['nothing', '%00', 'a/b/c', '2605.99999', '%F0%9F%98%80', 'x'.repeat(900)])(
    'The paper %s is not found',
    async (id) => {
      expect((await site.page(`/papers/${id}`)).statusCode).toBe(404);
      expect(await json(`/api/papers/${id}`)).toMatchObject({ statusCode: 404, code: 'NO_PAPER' });
    },
  );
});

describe('/digests', () => {
  it('The archive lists the composed digests, as a page and as JSON', async () => {
    const $ = await html('/digests');
    expect($('.archive tbody tr').length).toBe(1);
    expect(await json('/api/digests')).toEqual([
      {
        kind: 'daily',
        date: DAY,
        number: 1,
        composed_at: '2026-05-08T05:30:00.000Z',
        paper_count: SEED_PAPERS,
      },
    ]);
  });

  it('A digest keeps the order in which it was frozen', async () => {
    const $ = await html(`/digests/${DAY}?kind=daily`);
    const digest = await json(`/api/digests/${DAY}`);
    expect(digest).toMatchObject({ kind: 'daily', date: DAY, paper_count: SEED_PAPERS });
    expect(digest.papers.length).toBe(SEED_PAPERS);
    const shown = titlesOn($).map(lettersOf);
    const frozen = digest.papers.map(({ title }: { title: string }) => lettersOf(title));
    expect(shown).toEqual(frozen.slice(0, shown.length));
  });

  it.each([
    [`${DAY}?kind=weekly`, 404, 'NO_DIGEST'],
    ['2026-05-09', 404, 'NO_DIGEST'],
    ['2026-02-30', 400, 'INVALID_DATE'],
    ['today', 400, 'INVALID_DATE'],
    ['%00', 400, 'INVALID_DATE'],
    [`${DAY}?kind=monthly`, 400, 'INVALID_REQUEST'],
  ])('The digest path %s is answered with %i', async (path, status, code) => {
    expect((await site.page(`/digests/${path}`)).statusCode).toBe(status);
    expect(await json(`/api/digests/${path}`)).toMatchObject({ statusCode: status, code });
  });
});

describe('/api/topics', () => {
  it('The API lists the topics with their counts of papers', async () => {
    const topics: { slug: string; name: string; papers: number }[] = await json('/api/topics');
    expect(topics.length).toBe(21);
    for (const { slug, papers } of topics) {
      const found = await site.request({ url: `/api/papers?topic=${slug}` });
      expect([slug, found.headers['x-total-count']]).toEqual([slug, String(papers)]);
    }
  });
});

describe('The feeds', () => {
  it.each([
    ['/feed.xml', 'Paperboy', 25],
    ['/topics/theory/feed.xml', `Paperboy: ${THEORY}`, null],
  ])('The feed %s is well-formed Atom', async (url, title, entries) => {
    const answer = await site.request({ url });
    expect(answer.headers['content-type']).toBe('application/atom+xml; charset=utf-8');
    const $ = load(answer.body, { xml: { decodeEntities: false } });
    // XML that is not well-formed would be serialized differently.
    expect($.xml()).toBe(answer.body);
    expect($('feed > title').text()).toBe(title.replace('&', '&amp;'));
    expect($('feed > id').text()).toBe(`http://localhost:3000${url}`);
    expect($('feed > link[rel="self"]').attr('href')).toBe(`http://localhost:3000${url}`);
    if (entries !== null) expect($('entry').length).toBe(entries);
    for (const entry of $('entry').toArray()) {
      const link = $(entry).find('link').attr('href') ?? '';
      expect($(entry).children('id').text()).toBe(link);
      expect((await site.page(new URL(link).pathname)).statusCode).toBe(200);
    }
  });

  it('Feeds escape the text of sources', async () => {
    const { body } = await site.request({ url: '/topics/theory/feed.xml' });
    const $ = load(body, { xml: true });
    const titles = $('entry > title')
      .toArray()
      .map((title) => $(title).text());
    expect(titles).toContain(HOSTILE);
    expect($('entry > title').children().length).toBe(0);
  });

  it('The feed of an unknown topic is not found', async () => {
    for (const slug of ['cooking', '%00', 'x'.repeat(150)]) {
      const answer = await site.request({ url: `/topics/${slug}/feed.xml` });
      expect([answer.statusCode, answer.json().code]).toEqual([404, 'NO_TOPIC']);
    }
  });
});

/** A title may be split into two elements, so only its letters are compared. */
function lettersOf(title: string): string {
  return title.replace(/[^\p{L}\p{N}]+/gu, '');
}
