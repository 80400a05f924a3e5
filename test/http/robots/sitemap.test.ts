import { load } from 'cheerio';
import { describe, expect, it } from 'vitest';
import { renderSitemap } from '../../../src/http/robots/sitemap.ts';

describe('renderSitemap', () => {
  it('A sitemap lists the URLs, escaped', () => {
    const addresses = ['https://x.y/', 'https://x.y/digests/2026-05-11?kind=weekly&a=<'];
    const $ = load(renderSitemap(addresses), { xml: true });
    expect($('urlset').attr('xmlns')).toBe('http://www.sitemaps.org/schemas/sitemap/0.9');
    expect(
      $('url > loc')
        .toArray()
        .map((loc) => $(loc).text()),
    ).toEqual(addresses);
  });
});
