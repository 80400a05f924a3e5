import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  formatSeedPapers,
  parseDailyPapersPage,
  SEED_DAY,
  type SeedPaper,
} from '../../seeds/daily-papers-page.ts';

const read = (name: string) =>
  readFileSync(new URL(`../../seeds/${name}`, import.meta.url), 'utf8');
const papers: SeedPaper[] = JSON.parse(read('papers.json'));
const paper = (title: string) => papers.find((candidate) => candidate.title.startsWith(title));

describe('seeds/papers.json', () => {
  it('seeds/papers.json is the output of the script for the saved page', () => {
    expect(read('papers.json')).toBe(formatSeedPapers(read('daily-papers.txt')));
  });

  it('The seed has 49 different papers, 47 of them with a date', () => {
    expect(papers).toHaveLength(49);
    expect(new Set(papers.map(({ title }) => title)).size).toBe(49);
    expect(papers.filter((each) => each.published_on)).toHaveLength(47);
    expect(papers.filter((each) => each.organization)).toHaveLength(3);
    expect(papers.filter((each) => each.author_count)).toHaveLength(44);
    expect(papers.every((each) => each.listed_on === '2026-05-08')).toBe(true);
  });

  it('Dates without a year are in 2026, and none is after the page', () => {
    expect(paper('The Residual Stream')).toMatchObject({
      author_count: 5,
      published_on: '2026-03-19',
      comments: 0,
    });
    for (const { published_on } of papers) expect((published_on ?? '') <= SEED_DAY).toBe(true);
  });

  it('The script reads authors, organizations and comments', () => {
    expect(papers[0]).toMatchObject({ author_count: 5, published_on: '2025-12-01', comments: 2 });
    expect(papers[48]).toMatchObject({ author_count: 1, published_on: '2026-04-01', comments: 3 });
    expect(paper('Reactive')).toMatchObject({ organization: 'Reactive AI', comments: 2 });
    expect(paper('The Pensieve')).toMatchObject({ organization: 'Tencent', comments: 4 });
    expect(paper('All is Not Lost')).toMatchObject({ organization: 'Gensyn', comments: 3 });
    expect(paper('The Pensieve')).not.toHaveProperty('author_count');
  });

  it('Papers without a byline do not run into the next paper', () => {
    for (const title of ['Compiler-First', 'Quamba2']) {
      expect(paper(title)).not.toHaveProperty('published_on');
      expect(paper(title)?.comments).toBe(0);
    }
    expect(paper('Just-in-Time')).toMatchObject({ author_count: 3, published_on: '2026-03-11' });
    expect(paper('STree')).toMatchObject({ author_count: 4, published_on: '2025-05-20' });
  });

  it('Titles and abstracts are those of the page, without its labels and buttons', () => {
    const page = read('daily-papers.txt').split('\n');
    for (const { title, abstract } of papers) {
      expect(page).toContain(title);
      expect(page).toContain(abstract);
      expect(title.length).toBeLessThan(150);
      expect(abstract.length).toBeGreaterThan(1_000);
      expect(`${title} ${abstract}`).not.toMatch(/[•·\n]|\d authors?$|Subscribe|Daily Papers/);
    }
  });
});

describe('parseDailyPapersPage', () => {
  const banner = 'new\n\nSubscribe\n\nMay 8\n\n';

  it('An unreadable byline is refused with the expected format', () => {
    const page = `${banner}A title\n\nAn abstract\n\n  • 2 authors\n·\nsome day`;
    expect(() => parseDailyPapersPage(page, { listedOn: SEED_DAY })).toThrow(/"some day"/);
  });

  it('A page of another day is refused', () => {
    expect(() => parseDailyPapersPage(banner, { listedOn: '2026-05-09' })).toThrow(/2026-05-09/);
  });

  it('A title without an abstract is refused', () => {
    const page = `${banner}A title\n\n  • 2 authors\n·\nMay 1`;
    expect(() => parseDailyPapersPage(page, { listedOn: SEED_DAY })).toThrow(
      /title and an abstract/,
    );
  });
});
