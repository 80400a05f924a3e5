import { describe, expect, it } from 'vitest';
import { createDocumentFrequencies } from '../../../src/domain/ranking/inverse-document-frequency.ts';
import type { JudgedPaper } from '../../../src/domain/ranking/learned-terms.ts';
import { computeTermVector } from '../../../src/domain/ranking/term-vector.ts';
import { extractTerms } from '../../../src/domain/ranking/terms.ts';
import { computeVectors } from '../../../src/services/feedback/compute-vectors.ts';
import { countTicks } from '../library/count-ticks.ts';

const JUDGED: JudgedPaper[] = Array.from({ length: 500 }, (_, n) => ({
  paper: { id: `test:${n}`, title: `Paper ${n} on tides`, abstract: `Rivers and kernels ${n}.` },
  verb: 'library',
  givenAt: new Date('2026-05-08T08:00:00Z'),
}));

describe('computeVectors', () => {
  it('A library of 500 papers leaves the event loop its turns, and gives the usual vectors', async () => {
    const counts = createDocumentFrequencies();
    for (const { paper } of JUDGED.slice(0, 5)) counts.add(extractTerms(paper).keys());
    const idf = counts.toIdf();
    expect(await countTicks(() => computeVectors(JUDGED, idf))).toBeGreaterThanOrEqual(20);
    const vectorOf = await computeVectors(JUDGED, idf);
    for (const { paper } of JUDGED.slice(0, 10))
      expect(vectorOf(paper)).toEqual(computeTermVector(paper, idf));
  });
});
