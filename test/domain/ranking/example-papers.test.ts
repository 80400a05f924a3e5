import { describe, expect, it } from 'vitest';
import type { RankedPaper } from '../../../src/domain/digests/digest.ts';
import { type ExampleCandidate, pickExamples } from '../../../src/domain/ranking/example-papers.ts';
import { normaliseVector } from '../../../src/domain/ranking/term-vector.ts';
import { createSeededRandom } from '../../support/random.ts';
import { buildPaper } from '../../support/rows.ts';

function candidate(
  id: string,
  terms: readonly string[],
  { popularity = 0.5, topics = [] }: { popularity?: number; topics?: string[] } = {},
): ExampleCandidate {
  const paper: RankedPaper = {
    ...buildPaper({ id }),
    topics: topics.map((slug) => ({ slug, score: 0.3 })),
    otherTopics: [],
    countsVotes: true,
    countsComments: true,
    rank: 0,
    popularity,
  };
  return { paper, vector: normaliseVector(new Map(terms.map((term) => [term, 1]))) };
}

const idsOf = (papers: readonly RankedPaper[]) => papers.map(({ id }) => id);
const pick = (candidates: readonly ExampleCandidate[], count: number, followed: string[] = []) =>
  idsOf(pickExamples(candidates, { followed, count }));

describe('pickExamples', () => {
  it('One paper of each kind is picked before a second of any', () => {
    const kinds = [
      ['mamba', 'state', 'scan'],
      ['protein', 'fold', 'helix'],
      ['robot', 'grasp', 'arm'],
    ];
    const candidates = kinds.flatMap((terms, kind) =>
      [0, 1, 2].map((n) => candidate(`${kind}-${n}`, [...terms, `own ${kind}${n}`])),
    );
    const kindsOfFirst = pick(candidates, 3).map((id) => id.split('-')[0]);
    expect(new Set(kindsOfFirst).size).toBe(3);
  });

  it('Of papers that are equally different, the more popular one is picked', () => {
    const candidates = [
      candidate('quiet', ['a'], { popularity: 0.1 }),
      candidate('loud', ['b'], { popularity: 0.9 }),
      candidate('middle', ['c'], { popularity: 0.5 }),
    ];
    expect(pick(candidates, 2)).toEqual(['loud', 'middle']);
  });

  it('An oddity that nobody reads is not picked for being far from all others', () => {
    const candidates = [
      candidate('typical-1', ['x', 'y', 'a']),
      candidate('typical-2', ['x', 'z', 'b']),
      candidate('typical-3', ['y', 'z', 'c']),
      candidate('oddity', ['q', 'r', 's'], { popularity: 0 }),
    ];
    expect(pick(candidates, 2)).not.toContain('oddity');
  });

  it('Papers that share their topics are alike even if they share no term', () => {
    const candidates = [
      candidate('a', ['a'], { topics: ['agents'], popularity: 0.9 }),
      candidate('b', ['b'], { topics: ['agents'], popularity: 0.8 }),
      candidate('c', ['c'], { topics: ['robotics'], popularity: 0.7 }),
    ];
    expect(pick(candidates, 2)).toEqual(['a', 'c']);
  });

  it('Three quarters are on followed topics, as long as there are such papers', () => {
    const candidates = Array.from({ length: 40 }, (_, n) =>
      candidate(`${n < 20 ? 'on' : 'off'}-${n}`, [`term ${n}`], {
        topics: [n < 20 ? 'agents' : 'robotics'],
        popularity: n < 20 ? 0.1 : 0.9,
      }),
    );
    const picked = pick(candidates, 12, ['agents']);
    expect(picked.filter((id) => id.startsWith('on'))).toHaveLength(9);
    const few = pick([...candidates.slice(0, 2), ...candidates.slice(20)], 12, ['agents']);
    expect(few.filter((id) => id.startsWith('on'))).toHaveLength(2);
    expect(few).toHaveLength(12);
    expect(pick(candidates.slice(0, 20), 12, ['agents'])).toHaveLength(12);
  });

  it('No paper is picked twice, and fewer than asked for are all picked', () => {
    const random = createSeededRandom(7);
    const candidates = Array.from({ length: 30 }, (_, n) =>
      candidate(`paper-${n}`, [`t${Math.floor(random() * 6)}`, `u${n}`], { popularity: random() }),
    );
    const picked = pick(candidates, 12);
    expect(new Set(picked).size).toBe(12);
    expect(pick(candidates, 12)).toEqual(picked);
    expect(pick(candidates.slice(0, 5), 12)).toHaveLength(5);
    expect(pick([], 12)).toEqual([]);
  });

  it('Copies of one paper and papers without terms are picked only after the others', () => {
    const copies = Array.from({ length: 5 }, (_, n) => candidate(`copy-${n}`, ['a', 'b']));
    const others = [candidate('other', ['c', 'd']), candidate('wordless', [])];
    const picked = pick([...copies, ...others], 3);
    expect(picked.filter((id) => id.startsWith('copy'))).toHaveLength(1);
  });
});
