import { readdirSync, readFileSync } from 'node:fs';
import { load } from 'cheerio';
import { describe, expect, it } from 'vitest';
import { PAGE_COPY } from '../../../src/copy/en/pages/index.ts';
import { loadPages } from '../../../src/http/pages/index.ts';
import { renderEveryPage, SITE } from './view-builders.ts';

const HOSTILE = `"><script>alert('x')</script><img src=x onerror=alert(1)> &amp; {{7}}`;
const PAGES = Object.entries(renderEveryPage(loadPages(SITE), HOSTILE));
const SUBSCRIBER_PAGES = ['more', 'mute', 'options', 'saved', 'learned', 'library', 'examples'];
const HIDDEN_PAGES = ['status', 'publicStatus'];
const TOKEN_PAGES = [
  ...HIDDEN_PAGES,
  ...SUBSCRIBER_PAGES,
  'view',
  'confirm',
  'preferences',
  'unsubscribe',
  'goodbye',
  'export',
  'erase',
];

describe.each(PAGES)('The page %s', (name, html) => {
  const $ = load(html);

  it('Every page runs no script but ours', () => {
    expect($('script').length).toBe(1);
    expect($('script').text()).toBe('');
    expect($('img').length).toBe(0);
    expect($('[href^="javascript:"]').length).toBe(0);
  });

  it('Every page works without inline styles and scripts', () => {
    const attributes = $('*')
      .toArray()
      .flatMap((element) => ('attribs' in element ? Object.keys(element.attribs) : []));
    expect(attributes.filter((attribute) => /^(style|on.*)$/.test(attribute))).toEqual([]);
    expect($('style').length).toBe(0);
  });

  it('Every page loads nothing from another host', () => {
    const loaded = $('script, img, iframe, link[rel="stylesheet"], link[rel="icon"]')
      .toArray()
      .map((element) => $(element).attr('src') ?? $(element).attr('href') ?? '');
    expect(loaded.length).toBeGreaterThan(2);
    expect(loaded.filter((address) => !/^\/daily\/(assets|inbox)\//.test(address))).toEqual([]);
  });

  it('Every page has a language, a title and one main heading', () => {
    expect($('html').attr('lang')).toBe('en');
    expect($('title').text()).toContain('Paperboy');
    expect($('h1').length).toBe(1);
    expect($('h1').text().trim()).not.toBe('');
    expect($('main#main').length).toBe(1);
    expect($('a.skip-link').attr('href')).toBe('#main');
  });

  it('Every page keeps the order of heading levels', () => {
    const levels = $('h1, h2, h3')
      .toArray()
      .map((element) => Number(element.tagName.slice(1)));
    const jumps = levels.filter((level, at) => level > (levels[at - 1] ?? 0) + 1);
    expect(jumps).toEqual([]);
  });

  it('Every page labels its fields', () => {
    const nameless = $('input:not([type="hidden"]), select, textarea')
      .toArray()
      .filter((field) => {
        const id = $(field).attr('id');
        const isInLabel = $(field).closest('label').length > 0;
        const hasLabel = id !== undefined && $(`label[for="${id}"]`).length > 0;
        return !isInLabel && !hasLabel && $(field).attr('aria-label') === undefined;
      });
    expect(nameless.map((field) => $(field).attr('name'))).toEqual([]);
  });

  it('Every page uses an id once and refers only to ids it has', () => {
    const ids = $('[id]')
      .toArray()
      .map((element) => $(element).attr('id') ?? '');
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    const described = $('[aria-describedby], [aria-labelledby]')
      .toArray()
      .map((element) => $(element).attr('aria-describedby') ?? $(element).attr('aria-labelledby'));
    expect(described.filter((id) => !ids.includes(id ?? ''))).toEqual([]);
  });

  it('Every page keeps internal links below the path of the site', () => {
    const internal = $('a[href^="/"], form[action]')
      .toArray()
      .map((element) => $(element).attr('href') ?? $(element).attr('action') ?? '')
      .filter((address) => address !== '/');
    expect(internal.length).toBeGreaterThan(0);
    expect(internal.filter((address) => !address.startsWith('/daily/'))).toEqual([]);
  });

  it('A page of a subscriber is closed to search engines', () => {
    const isHidden = $('meta[name="robots"]').attr('content')?.includes('noindex') ?? false;
    if (TOKEN_PAGES.includes(name)) expect(isHidden).toBe(true);
    expect($('link[rel="canonical"], meta[property="og:url"]').length).toBe(isHidden ? 0 : 2);
  });
});

function findCopy(name: string): unknown {
  return name.split('.').reduce<unknown>((copy, key) => Object(copy)[key], PAGE_COPY);
}

describe('The templates', () => {
  const folder = new URL('../../../templates/pages/', import.meta.url);
  const templates = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.hbs'))
    .map((file) => [file, readFileSync(new URL(file, folder), 'utf8')] as const);

  it.each(templates)('%s writes no unescaped value', (_file, source) => {
    expect(source).not.toMatch(/\{\{\{|\{\{&/);
  });

  it.each(templates)('%s has no fixed text: all text is in src/copy', (_file, source) => {
    const markup = source.replace(/\{\{[^}]*\}\}/g, '').replace(/<!doctype html>/, '');
    const text = markup.replace(/<[^>]*>| [\w-]+="[^"]*"/g, ' ').match(/\p{L}{2,}/gu);
    const attributes = markup.match(/ (?:aria-label|title|placeholder|alt)="[^"]*\p{L}[^"]*"/gu);
    expect([text, attributes]).toEqual([null, null]);
  });

  it.each(templates)('%s names only text that src/copy has', (_file, source) => {
    const names = [...source.matchAll(/@copy\.([\w.]+)/g)].map(([, name = '']) => name);
    expect(names.filter((name) => typeof findCopy(name) !== 'string')).toEqual([]);
  });
});
