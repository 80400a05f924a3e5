import { beforeEach, describe, expect, it } from 'vitest';
import { importPapers } from '../../../src/services/papers/import-papers.ts';
import { projectFile } from '../../project/files.ts';
import { useDatabase } from '../../support/database.ts';
import { evaluateRanking, readStoredPapers, storePapersOfFile } from './evaluate-ranking.ts';
import { evaluationToJson, formatEvaluation } from './format-evaluation.ts';

const SEED = projectFile('seeds/papers.json');
const NOW = new Date('2026-05-08T05:30:00Z');

const test = useDatabase();
beforeEach(() => test.empty());

async function evaluateFile(text: string, subscribers: number) {
  return evaluateRanking(test.db, await storePapersOfFile(test.db, text, NOW), subscribers);
}

describe('evaluateRanking', () => {
  it('The evaluation has the coverage of topics and the precision for simulated subscribers', async () => {
    const answer = evaluationToJson(await evaluateFile(SEED, 30));
    expect(answer).toMatchObject({
      papers: 49,
      with_topic: 49,
      topics_per_paper: 1.673,
      readers: 30,
      papers_each: 5,
      day_papers: 25,
    });
    expect(answer.topics).toHaveLength(21);
    expect(answer.topics.find(({ slug }) => slug === 'ssm')).toEqual({
      slug: 'ssm',
      papers: 12,
      first: 7,
    });
    expect(Object.keys(answer.precision)).toEqual([
      'popularity',
      'feedback',
      'topics',
      'topics_and_feedback',
    ]);
    expect(answer.precision.topics).toBeGreaterThan(answer.precision.popularity ?? 1);
  });

  it('Stored papers and their file have the same coverage, and every run the same result', async () => {
    const ofFile = await evaluateFile(SEED, 5);
    await test.empty();
    await importPapers(test.db, { text: SEED, source: 'seed' }, NOW);
    const evaluateStored = async () => evaluateRanking(test.db, await readStoredPapers(test.db), 5);
    const ofStored = await evaluateStored();
    expect(ofStored.coverage).toEqual(ofFile.coverage);
    expect(await evaluateStored()).toEqual(ofStored);
  });

  it('The evaluation is printed as tables', async () => {
    const tables = formatEvaluation(await evaluateFile(SEED, 10));
    expect(tables).toContain('49 papers, 100.0 % of them with a topic; 1.67 topics a paper.');
    expect(tables).toMatch(/^State-space & linear attention +12 +7$/m);
    expect(tables).toMatch(/^popularity alone +0\.\d{3} +\d+ %$/m);
    expect(tables).toMatch(/^best possible +0\.\d{3} +100 %$/m);
  });

  it('Too few papers to simulate subscribers are reported', async () => {
    const one = await evaluateFile('{"title": "Mamba", "abstract": "A hidden state."}', 5);
    expect(formatEvaluation(one)).toContain('Too few papers to simulate readers.');
  });

  it('An unreadable paper of a file is named', async () => {
    await expect(storePapersOfFile(test.db, '[{"title": ""}]', NOW)).rejects.toThrow(/^Paper 1: /);
  });
});
