import { load } from 'cheerio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPaper, storePapers } from '../../support/rows.ts';
import { openTestSite, type TestSite } from '../support/site.ts';

const THEORY = 'Theory, algorithms & quantum';

let site: TestSite;
beforeAll(async () => {
  site = await openTestSite();
  await storePapers(
    site.app.db,
    Array.from({ length: 30 }, (_, at) => ({
      ...buildPaper({ title: `Theorem ${at}`, listedOn: at < 20 ? '2026-05-07' : '2026-05-06' }),
      slugs: ['theory'],
    })),
  );
});
afterAll(() => site?.close());

const page = async (url: string) => {
  const answer = await site.page(url);
  expect([url, answer.statusCode]).toEqual([url, 200]);
  return load(answer.body);
};

describe('/topics', () => {
  it('The list of topics has each topic’s weekly count and links', async () => {
    const $ = await page('/topics');
    expect($('tbody tr').length).toBe(21);
    const row = $('tbody tr').filter((_, each) => $(each).text().includes(THEORY));
    expect(row.find('td').first().text()).toBe('8');
    expect(
      row
        .find('a')
        .toArray()
        .map((link) => $(link).attr('href')),
    ).toEqual(['/topics/theory', '/?topic=theory#sign-up', '/topics/theory/feed.xml']);
  });
});

describe('/topics/:slug', () => {
  it('The page of a topic names its phrases and pages through its newest papers', async () => {
    const $ = await page('/topics/theory');
    expect($('h1').text()).toBe(THEORY);
    expect($('.statement').text()).toMatch(/^Papers that mention “.+” or \d+ other phrases/);
    expect($('.paper-list li').length).toBe(25);
    const next = $('a[rel="next"]').attr('href') ?? '';
    expect(next).toBe('/topics/theory?page=2');
    const $2 = await page(next);
    expect($2('.paper-list li').length).toBe(5);
    expect($2('a[rel="prev"]').attr('href')).toBe('/topics/theory');
    expect($2('a[rel="next"]').length).toBe(0);
  });

  it('The page of a topic links to the sign-up form with it ticked', async () => {
    const $ = await page('/topics/theory');
    const href = $('a.button').attr('href') ?? '';
    const $front = await page(href.split('#')[0] ?? '');
    const ticked = $front('#sign-up input[name="topics"][checked]').toArray();
    expect(ticked.map((box) => $front(box).attr('value'))).toEqual(['theory']);
    expect($front('link[rel="canonical"]').attr('href')).toBe('http://localhost:3000/');
  });

  it('The page of a topic declares its feed', async () => {
    const $ = await page('/topics/theory');
    const feed = $('link[rel="alternate"]');
    expect([feed.attr('type'), feed.attr('href')]).toEqual([
      'application/atom+xml',
      '/topics/theory/feed.xml',
    ]);
  });

  it.each(['cooking', '%00', '..%2fpapers', 'x'.repeat(150)])(
    'The topic %s is not found',
    async (slug) => {
      expect((await site.page(`/topics/${slug}`)).statusCode).toBe(404);
      expect((await site.request({ url: `/topics/${slug}` })).json().code).toBe('NO_TOPIC');
    },
  );

  it('An invalid page number is refused; a page past the last is empty', async () => {
    expect((await site.page('/topics/theory?page=0')).statusCode).toBe(400);
    const $ = await page('/topics/theory?page=9');
    expect($('.empty-state').text()).toContain('no papers on this page');
  });
});

describe('/?topic', () => {
  it('An unknown topic ticks nothing in the sign-up form', async () => {
    const $ = await page('/?topic=cooking');
    expect($('input[name="topics"][checked]').length).toBe(0);
  });
});
