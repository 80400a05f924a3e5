import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  parseDailyPapersPage,
  SEED_DAY,
  type SeedPaper,
  seedPapersFile,
} from '../../seeds/daily-papers-page.ts';

const read = (name: string) =>
  readFileSync(new URL(`../../seeds/${name}`, import.meta.url), 'utf8');
const papers: SeedPaper[] = JSON.parse(read('papers.json'));
const paper = (title: string) => papers.find((candidate) => candidate.title.startsWith(title));

describe('seeds/papers.json', () => {
  it('is what the script makes of the page', () => {
    expect(read('papers.json')).toBe(seedPapersFile(read('daily-papers.txt')));
  });

  it('holds 49 different papers, 47 of them with a day', () => {
    expect(papers).toHaveLength(49);
    expect(new Set(papers.map(({ title }) => title)).size).toBe(49);
    expect(papers.filter((each) => each.published_on)).toHaveLength(47);
    expect(papers.filter((each) => each.organization)).toHaveLength(3);
    expect(papers.filter((each) => each.author_count)).toHaveLength(44);
    expect(papers.every((each) => each.listed_on === '2026-05-08')).toBe(true);
  });

  it('dates papers without a year in 2026, and none after the page', () => {
    expect(paper('The Residual Stream')).toMatchObject({
      author_count: 5,
      published_on: '2026-03-19',
      comments: 0,
    });
    for (const { published_on } of papers) expect((published_on ?? '') <= SEED_DAY).toBe(true);
  });

  it('reads authors, organizations and comments', () => {
    expect(papers[0]).toMatchObject({ author_count: 5, published_on: '2025-12-01', comments: 2 });
    expect(papers[48]).toMatchObject({ author_count: 1, published_on: '2026-04-01', comments: 3 });
    expect(paper('Reactive')).toMatchObject({ organization: 'Reactive AI', comments: 2 });
    expect(paper('The Pensieve')).toMatchObject({ organization: 'Tencent', comments: 4 });
    expect(paper('All is Not Lost')).toMatchObject({ organization: 'Gensyn', comments: 3 });
    expect(paper('The Pensieve')).not.toHaveProperty('author_count');
  });

  it('keeps the two papers that end without a byline apart from their followers', () => {
    for (const title of ['Compiler-First', 'Quamba2']) {
      expect(paper(title)).not.toHaveProperty('published_on');
      expect(paper(title)?.comments).toBe(0);
    }
    expect(paper('Just-in-Time')).toMatchObject({ author_count: 3, published_on: '2026-03-11' });
    expect(paper('STree')).toMatchObject({ author_count: 4, published_on: '2025-05-20' });
  });

  it('has no page furniture in titles and abstracts, and both as on the page', () => {
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

  it('says what it expected when a byline cannot be read', () => {
    const page = `${banner}A title\n\nAn abstract\n\n  • 2 authors\n·\nsome day`;
    expect(() => parseDailyPapersPage(page, { listedOn: SEED_DAY })).toThrow(/"some day"/);
  });

  it('refuses a page of another day', () => {
    expect(() => parseDailyPapersPage(banner, { listedOn: '2026-05-09' })).toThrow(/2026-05-09/);
  });

  it('refuses a title without an abstract', () => {
    const page = `${banner}A title\n\n  • 2 authors\n·\nMay 1`;
    expect(() => parseDailyPapersPage(page, { listedOn: SEED_DAY })).toThrow(
      /title and an abstract/,
    );
  });
});
