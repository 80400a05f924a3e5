import { describe, expect, it } from 'vitest';
import { parsePaper } from '../../../src/domain/papers/paper-input.ts';
import { createRandom } from '../../support/random.ts';
import { createPaperGenerator, extractSeedPhrases } from './generate-papers.ts';

const SEEDS = [
  { title: 'SWAN: Stateless Training of Models', abstract: 'We train a swan. It swims for long.' },
  { title: 'All is Not Lost without any Colon', abstract: 'Models are lost. They are found.' },
];

describe('createPaperGenerator', () => {
  const generate = createPaperGenerator(extractSeedPhrases(SEEDS), createRandom(1));
  const papers = Array.from({ length: 50 }, (_, at) => generate(at, '2026-05-08'));

  it('Generated papers can be imported, and each has a unique id', () => {
    for (const each of papers) parsePaper(each, { source: 'file', today: '2026-05-08' });
    expect(new Set(papers.map(({ id }) => id)).size).toBe(papers.length);
  });

  it('Abstracts contain sentences of the seed papers and many rare words', () => {
    const words = papers.flatMap(({ abstract }) => abstract.split(/\W+/));
    expect(words).toContain('Models');
    const known = new Set(SEEDS.flatMap(({ abstract }) => abstract.split(/\W+/)));
    const rare = words.filter((word) => !known.has(word));
    expect(new Set(rare).size).toBeGreaterThan(rare.length / 2);
  });
});
