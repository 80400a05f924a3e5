import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { cleanText } from '../../../src/domain/text/clean-text.ts';

/** Leftovers of TeX, with or without backslashes, that cannot be read as words. */
const LEFT_OVER =
  /\\|\$|\p{N}times|\p{Lu}times|\bcdot\b|\brightarrow\b|\^|[\p{L}]_\d|\w--\w|``|''|~\p{L}/u;

describe('The papers of the seed', async () => {
  const seed = new URL('../../../seeds/papers.json', import.meta.url);
  const papers: { title: string; abstract: string }[] = JSON.parse(await readFile(seed, 'utf8'));

  it('The seed papers contain lost TeX to restore', () => {
    const raw = papers.filter(({ abstract }) => LEFT_OVER.test(abstract));
    expect(raw.length).toBeGreaterThan(5);
  });

  it.each(papers.map(({ title, abstract }) => [title, abstract]))(
    'A cleaned seed paper contains no TeX: %s',
    (title, abstract) => {
      expect(cleanText(title)).not.toMatch(LEFT_OVER);
      expect(cleanText(abstract)).not.toMatch(LEFT_OVER);
      expect(cleanText(abstract)).not.toMatch(/\p{Ll}\.\p{Lu}\p{Ll}+ \p{Ll}/u);
    },
  );
});
