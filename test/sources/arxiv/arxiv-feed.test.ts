import { describe, expect, it } from 'vitest';
import {
  renderArxivAtomFeed,
  renderArxivRssFeed,
} from '../../../src/commands/demo/paper-server/arxiv-documents.ts';
import { parseArxivFeed } from '../../../src/sources/arxiv/arxiv-feed.ts';
import { createServedPaper } from '../../support/paper-server.ts';

const FRIDAY = '2026-05-08';
const FROM = { url: 'http://localhost/rss/cs.LG', source: 'arxiv:cs.LG', day: FRIDAY };
const paper = createServedPaper('2605.00001', FRIDAY, { version: 2 });

describe('parseArxivFeed', () => {
  it('Invalid entries of the arXiv feed are reported with their place', () => {
    const feed = renderArxivRssFeed(
      [paper, { ...paper, id: 'none' }, { ...paper, title: '' }],
      FRIDAY,
    );
    const { papers, rejected } = parseArxivFeed(feed, FROM);
    expect(papers).toHaveLength(1);
    expect(rejected).toEqual([
      { place: 'Entry 2', reason: expect.stringContaining('id is “oai:arXiv.org:nonev2”') },
      { place: 'Entry 3', reason: 'title is missing: expected the words of the title.' },
    ]);
  });

  it.each([
    ['Atom', renderArxivAtomFeed],
    ['RSS', renderArxivRssFeed],
  ])('The categories of an entry of %s come with the paper, without ACM classes', (_, render) => {
    const tagged = { ...paper, categories: ['cs.CL', 'cs.LG', 'I.2.7', 'hep-th', 'cs.LG'] };
    expect(parseArxivFeed(render([tagged], FRIDAY), FROM).papers[0]?.categories).toEqual([
      ...['cs.CL', 'cs.LG', 'hep-th'],
    ]);
  });

  it('A feed entry whose abstract is a withdrawal notice is withdrawn', () => {
    const withdrawn = { ...paper, abstract: 'This paper has been withdrawn by the author.' };
    expect(
      parseArxivFeed(renderArxivRssFeed([withdrawn], FRIDAY), FROM).papers[0]?.withdrawnOn,
    ).toBe(FRIDAY);
  });

  it.each([
    ['<html><body/></html>', 'its root element is <html>, expected an Atom or RSS 2.0 feed'],
    ['<feed><entry></feed>', 'it is not XML'],
    ['<rss version="2.0"/>', 'its root element is <rss>'],
    ['', 'it is not XML'],
    ['<feed>&swell;</feed>', 'it is not XML'],
    [`${'<a>'.repeat(200_000)}`, 'it is not XML'],
    [`<feed>${'<a/>'.repeat(1_000_001)}</feed>`, 'it has more than 1000000 tags'],
  ])('A document that is not an arXiv feed is refused (%#)', (text, message) => {
    expect(() => parseArxivFeed(text, FROM)).toThrow(message);
    expect(() => parseArxivFeed(text, FROM)).toThrow(FROM.url);
  });
});
