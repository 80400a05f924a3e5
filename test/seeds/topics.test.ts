import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface SeedTopic {
  slug: string;
  name: string;
  categories: string[];
  query: string;
  title_query: string;
}

const file = readFileSync(new URL('../../seeds/topics.json', import.meta.url), 'utf8');
const topics: SeedTopic[] = JSON.parse(file);

describe('seeds/topics.json', () => {
  it('The seed has 21 topics with different slugs and names', () => {
    expect(topics).toHaveLength(21);
    expect(new Set(topics.map(({ slug }) => slug)).size).toBe(21);
    expect(new Set(topics.map(({ name }) => name)).size).toBe(21);
  });

  it('Each topic has a valid slug, categories and both queries', () => {
    for (const { slug, categories, query, title_query } of topics) {
      expect(slug).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
      expect(categories.length).toBeGreaterThan(0);
      expect(query.split('"').length % 2).toBe(1);
      expect(title_query.split('"').length % 2).toBe(1);
      expect(Math.min(query.length, title_query.length)).toBeGreaterThan(3);
    }
  });
});
