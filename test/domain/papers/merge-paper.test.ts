import { describe, expect, it } from 'vitest';
import {
  mergePaper,
  mergeSourceRecord,
  summariseSources,
} from '../../../src/domain/papers/merge-paper.ts';
import type {
  ListedPaper,
  PaperSourceRecord,
  StoredPaper,
} from '../../../src/domain/papers/paper.ts';
import { NO_DETAILS } from '../../../src/domain/papers/source-details.ts';
import { buildPaper } from '../../support/rows.ts';

const at = (hour: number) => new Date(Date.UTC(2026, 4, 8, hour));

function listed(source: string, changes: Partial<ListedPaper> = {}): ListedPaper {
  return {
    ...buildPaper({ id: '2605.00001', title: 'T', source }),
    upvotes: null,
    comments: null,
    ...changes,
  };
}

/** What becomes of a paper when sources list it one after the other. */
function storedAfter(...papers: ListedPaper[]): {
  stored: StoredPaper;
  listings: PaperSourceRecord[];
} {
  let stored: StoredPaper | null = null;
  let listings: PaperSourceRecord[] = [];
  for (const [hour, each] of papers.entries()) {
    listings = mergeSourceRecord(listings, each, at(hour));
    stored = mergePaper(stored, each, listings);
  }
  if (stored === null) throw new Error('no paper');
  return { stored, listings };
}

describe('Votes of several sources', () => {
  it.each([
    ['none counts any', [null, null], 0],
    ['a source says less than before', [9, 4], 4],
    ['a source counts no more', [9, null], 9],
  ])('The votes are the latest of a source when %s', (_, counts, upvotes) => {
    const papers = counts.map((each) => listed('hf-daily', { upvotes: each }));
    expect(storedAfter(...papers).stored.upvotes).toBe(upvotes);
  });

  it('The votes are the latest of each place, and the greatest of several places', () => {
    const daily = listed('hf-daily', { upvotes: 9 });
    const trending = listed('hf-trending', { upvotes: 5 });
    const file = listed('file', { upvotes: 7 });
    expect(storedAfter(daily, trending).stored.upvotes).toBe(5);
    expect(storedAfter(daily, trending, file).stored.upvotes).toBe(7);
    expect(storedAfter(file, trending, daily).stored.upvotes).toBe(9);
  });
});

describe('What sources know besides', () => {
  it('A source that gives less removes nothing, and the latest wins', () => {
    const summary = { text: 'It counts.', by: 'Hugging Face' };
    const first = { ...NO_DETAILS, summary, keywords: ['a'], codeStars: 3 };
    const second = { ...NO_DETAILS, venue: 'ICML 2026', codeStars: 5 };
    const papers = [
      listed('hf-daily', { details: first }),
      listed('arxiv:cs.CL', { details: second }),
      listed('file'),
    ];
    expect(storedAfter(...papers).stored.details).toEqual({
      ...first,
      codeStars: 5,
      venue: 'ICML 2026',
    });
  });
});

describe('The categories of a paper', () => {
  it('They are the latest ones given; a source without categories removes none', () => {
    const hf = listed('hf-daily');
    const arxiv = listed('arxiv:cs.CL', { categories: ['cs.CL', 'cs.LG'] });
    expect(storedAfter(hf, arxiv, hf).stored.categories).toEqual(['cs.CL', 'cs.LG']);
    const moved = listed('arxiv:cs.CL', { categories: ['cs.LG'] });
    expect(storedAfter(arxiv, moved).stored.categories).toEqual(['cs.LG']);
  });
});

describe('The words of a paper', () => {
  it('The text is arXiv’s whichever comes first, unless an operator imports another', () => {
    const hf = listed('hf-daily', { title: 'Copy' });
    const arxiv = listed('arxiv:cs.LG', { title: 'Own' });
    const file = listed('file', { title: 'Mended' });
    expect(storedAfter(hf, arxiv, hf).stored.title).toBe('Own');
    expect(storedAfter(arxiv, hf).stored.title).toBe('Own');
    expect(storedAfter(arxiv, hf, file).stored.title).toBe('Mended');
    expect(storedAfter(hf, listed('hf-daily', { title: 'Newer' })).stored.title).toBe('Newer');
  });

  it('The text of a feed counts only until another source has the paper', () => {
    const feed = listed('rss:example.org', { title: 'Short', categories: ['News'] });
    const biorxiv = listed('biorxiv', { title: 'Whole', categories: ['biorxiv:ecology'] });
    expect(storedAfter(feed, biorxiv, feed).stored).toMatchObject({
      title: 'Whole',
      categories: ['biorxiv:ecology'],
    });
    const newer = listed('rss:example.net', { title: 'Newer' });
    expect(storedAfter(feed, newer).stored.title).toBe('Newer');
  });

  it('A source with less data removes nothing', () => {
    const full = listed('file', {
      authors: ['Ada'],
      organization: 'Engines',
      publishedOn: '2026-05-01',
      url: 'https://example.org/',
      codeUrl: 'https://github.com/a/b',
    });
    const bare = listed('arxiv:cs.LG', {
      ...{ authors: [], authorCount: null, organization: null },
      ...{ publishedOn: null, url: null, codeUrl: null },
    });
    expect(storedAfter(full, bare).stored).toMatchObject({
      authors: ['Ada'],
      organization: 'Engines',
      publishedOn: '2026-05-01',
      url: 'https://example.org/',
      codeUrl: 'https://github.com/a/b',
    });
  });

  it('A code link from a source takes precedence over one in the abstract', () => {
    const abstract = 'See https://github.com/in/abstract';
    const found = listed('arxiv:cs.LG', { abstract, codeUrl: 'https://github.com/in/abstract' });
    const named = listed('hf-daily', { abstract, codeUrl: 'https://github.com/named/one' });
    expect(storedAfter(found, named, found).stored.codeUrl).toBe('https://github.com/named/one');
  });
});

describe('The days of a paper', () => {
  it('The days are those of the earliest listing, in whatever order they arrive', () => {
    const hf = listed('hf-daily', { listedOn: '2026-05-08', usableOn: '2026-05-09' });
    const arxiv = listed('arxiv:cs.LG', { listedOn: '2026-05-07', usableOn: '2026-05-07' });
    const days = { listedOn: '2026-05-07', usableOn: '2026-05-07' };
    expect(storedAfter(hf, arxiv).stored).toMatchObject(days);
    expect(storedAfter(arxiv, hf).stored).toMatchObject(days);
    expect(summariseSources(storedAfter(hf, arxiv).listings).sources).toEqual([
      'arxiv:cs.LG',
      'hf-daily',
    ]);
  });

  it('The days stay when a source lists the paper again', () => {
    const first = listed('hf-daily', { listedOn: '2026-05-07', usableOn: '2026-05-08' });
    const again = listed('hf-daily', { listedOn: '2026-05-11', usableOn: '2026-05-12' });
    expect(storedAfter(first, again).stored).toMatchObject({
      listedOn: '2026-05-07',
      usableOn: '2026-05-08',
    });
  });
});

describe('A withdrawal', () => {
  it('A withdrawal keeps its first day and lasts until its source revokes it', () => {
    const hf = listed('hf-daily');
    const gone = (withdrawnOn: string) => listed('arxiv:cs.LG', { withdrawnOn });
    expect(storedAfter(hf, gone('2026-05-08'), gone('2026-05-09'), hf).stored.withdrawnOn).toBe(
      '2026-05-08',
    );
    expect(
      storedAfter(hf, gone('2026-05-08'), listed('arxiv:cs.LG')).stored.withdrawnOn,
    ).toBeNull();
  });
});
