import { load } from 'cheerio';
import { describe, expect, it } from 'vitest';
import { type AtomFeed, renderAtomFeed } from '../../src/http/atom-feed.ts';
import { buildTopicPaper } from '../domain/builders.ts';

const HOSTILE = `<b> & "two" 'three' ]]> <!-- &amp; 數學`;

function feed(changes: Partial<AtomFeed> = {}): AtomFeed {
  return {
    id: 'https://papers.example.org/feed.xml?a=1&b=2',
    title: 'Paperboy',
    pageUrl: 'https://papers.example.org/',
    updated: '2026-05-08',
    entries: [{ paper: buildTopicPaper(1), link: 'https://papers.example.org/papers/2605.10001' }],
    ...changes,
  };
}

const parse = (changes: Partial<AtomFeed> = {}) =>
  load(renderAtomFeed(feed(changes)), { xml: true });

describe('atomFeed', () => {
  it('A feed has the elements that RFC 4287 §4.1.1 requires', () => {
    const $ = parse();
    expect($('feed').attr('xmlns')).toBe('http://www.w3.org/2005/Atom');
    expect($('feed > id').text()).toBe('https://papers.example.org/feed.xml?a=1&b=2');
    expect($('feed > title').text()).toBe('Paperboy');
    expect($('feed > updated').text()).toBe('2026-05-08T00:00:00Z');
    expect($('feed > author > name').text()).toBe('Paperboy');
    expect($('feed > link[rel=self]').attr('href')).toBe($('feed > id').text());
    expect($('feed > link[rel=alternate]').attr('href')).toBe('https://papers.example.org/');
  });

  it('An entry has the elements that RFC 4287 §4.1.2 requires', () => {
    const $ = parse();
    const entry = $('entry');
    expect(entry.children('id').text()).toBe('https://papers.example.org/papers/2605.10001');
    expect(entry.children('title').text()).toBe('Paper 1');
    expect(entry.children('updated').text()).toBe('2026-05-08T00:00:00Z');
    expect(entry.children('link').attr('href')).toBe(entry.children('id').text());
    expect(entry.children('summary').text()).toBe('We present a paper.');
  });

  it('A feed keeps the order of its papers', () => {
    const entries = [3, 1, 2].map((number) => ({
      paper: buildTopicPaper(number),
      link: `https://x.y/${number}`,
    }));
    const $ = parse({ entries });
    expect(
      $('entry > title')
        .toArray()
        .map((title) => $(title).text()),
    ).toEqual([...['Paper 3', 'Paper 1', 'Paper 2']]);
  });

  it('An entry names its authors, else its organisation, else nobody', () => {
    const namesOf = (changes: Parameters<typeof buildTopicPaper>[1]) => {
      const $ = parse({ entries: [{ paper: buildTopicPaper(1, changes), link: 'https://x.y' }] });
      return $('entry > author > name')
        .toArray()
        .map((name) => $(name).text());
    };
    expect(namesOf({ authors: ['Ada', 'Bob'], organization: 'Tencent' })).toEqual(['Ada', 'Bob']);
    expect(namesOf({ organization: 'Tencent' })).toEqual(['Tencent']);
    expect(namesOf({ authorCount: 5 })).toEqual(['5 authors']);
    expect(namesOf({})).toEqual([]);
  });

  it('The text of a feed is escaped', () => {
    const hostile = buildTopicPaper(1, { title: HOSTILE, abstract: HOSTILE, authors: [HOSTILE] });
    const $ = parse({ title: HOSTILE, entries: [{ paper: hostile, link: 'https://x.y/?"&<' }] });
    expect($('feed > title').text()).toBe(HOSTILE);
    expect($('entry > title').text()).toBe(HOSTILE);
    expect($('entry > summary').text()).toBe(HOSTILE);
    expect($('entry > author > name').text()).toBe(HOSTILE);
    expect($('entry > link').attr('href')).toBe('https://x.y/?"&<');
    expect($('b')).toHaveLength(0);
  });

  it('A feed may be empty', () => {
    expect(parse({ entries: [] })('entry')).toHaveLength(0);
  });
});
