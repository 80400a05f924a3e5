import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { findCodeUrl } from '../../../src/domain/papers/code-url.ts';

describe('findCodeUrl', () => {
  it.each([
    ['Code is available at https://github.com/a/b.', 'https://github.com/a/b'],
    ['Code (http://github.com/a/b-c_d.git) is out.', 'https://github.com/a/b-c_d'],
    ['See https://www.github.com/a/birdie, with JAX.', 'https://www.github.com/a/birdie'],
    [
      'Code: https://gitee.com/m/models/tree/master/research/cv/TinySAM.',
      'https://gitee.com/m/models/tree/master/research/cv/TinySAM',
    ],
    ['At https://gitlab.com/a/b and https://github.com/c/d.', 'https://gitlab.com/a/b'],
  ])('The repository in %j is found', (abstract, url) => {
    expect(findCodeUrl(abstract)).toBe(url);
  });

  it.each([
    'No code.',
    'See https://example.org/a/b.',
    'By https://github.com/a.',
    'github.com/a/b',
    '',
  ])('No repository is found in %j', (abstract) => {
    expect(findCodeUrl(abstract)).toBeNull();
  });

  it('The repositories of the seed papers are found', async () => {
    const seed = new URL('../../../seeds/papers.json', import.meta.url);
    const papers: { abstract: string }[] = JSON.parse(await readFile(seed, 'utf8'));
    const naming = papers.filter(({ abstract }) => abstract.includes('github.com/'));
    expect(naming.length).toBeGreaterThan(10);
    for (const { abstract } of naming) {
      const url = findCodeUrl(abstract) ?? '';
      expect(URL.canParse(url)).toBe(true);
      expect(abstract).toContain(url);
    }
  });
});
