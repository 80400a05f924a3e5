import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Idf } from '../../domain/ranking/inverse-document-frequency.ts';
import type { JudgedPaper, VectorOf } from '../../domain/ranking/learned-terms.ts';
import { computeTermVector } from '../../domain/ranking/term-vector.ts';

/** Papers whose terms are counted before yielding to the event loop: some milliseconds. */
const PAPERS_PER_TICK = 25;

/** Computes the term vectors of the papers. A library of hundreds takes a tenth of a second, in
 *  which other requests get their turn. */
export async function computeVectors(judged: readonly JudgedPaper[], idf: Idf): Promise<VectorOf> {
  const vectors = new Map<JudgedPaper['paper'], ReadonlyMap<string, number>>();
  for (const { paper } of judged) {
    vectors.set(paper, computeTermVector(paper, idf));
    if (vectors.size % PAPERS_PER_TICK === 0) await yieldToEventLoop();
  }
  return (paper) => vectors.get(paper) ?? computeTermVector(paper, idf);
}
