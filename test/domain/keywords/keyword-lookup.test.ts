import { describe, expect, it } from 'vitest';
import { createKeywordLookup } from '../../../src/domain/keywords/keyword-lookup.ts';

const lookup = createKeywordLookup([
  { title: 'Speculative Decoding', abstract: 'Decoding is slow.' },
  { title: 'Agents', abstract: 'They use a tool.' },
  { title: 'Tool Use', abstract: 'Agents that speculate with world models.' },
]);

describe('createKeywordLookup', () => {
  it.each([
    ['decoding', [0]],
    ['speculative decoding', [0]],
    ['decoding speculative', []],
    ['tool use', [2]],
    ['tool', [1, 2]],
    ['agent', [1, 2]],
    ['world model', [2]],
    ['perpetual motion', []],
    ['…', []],
  ])('The keyword %s is mentioned by %j', (keyword, places) => {
    expect([...lookup(keyword).keys()]).toEqual(places);
  });

  it('A match has the words of its paper', () => {
    expect(lookup('agent').get(2)).toEqual({ quote: 'Agents', strength: 0.7 });
  });

  it('Ten thousand keywords are looked up in three hundred papers within seconds', () => {
    const words = Array.from({ length: 500 }, (_, at) => `word${at} term`);
    const papers = Array.from({ length: 300 }, (_, at) => ({
      title: `Paper ${at}`,
      abstract: words.slice(at, at + 200).join(' '),
    }));
    const many = createKeywordLookup(papers);
    const started = performance.now();
    const found = Array.from({ length: 10_000 }, (_, at) => many(`term word${at % 700} term`).size);
    expect(found.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
