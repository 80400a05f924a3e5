import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { storeEvaluatedPapers } from '../../../src/services/evaluation/store-evaluated-papers.ts';
import { useDatabase } from '../../support/database.ts';

const database = useDatabase();
beforeEach(() => database.empty());

const store = (text: string, onProgress = (_stored: number, _total: number) => {}) =>
  storeEvaluatedPapers(database.db, Readable.from([Buffer.from(text)]), {
    onProgress,
    signal: new AbortController().signal,
  });

describe('storeEvaluatedPapers', () => {
  it('Papers keep their order, may lack an abstract, and get the topics of production', async () => {
    const text = JSON.stringify([
      { id: 'b', title: 'Selective State Space Models', published_on: '2025-03-01', upvotes: 3 },
      { id: 'a', title: 'Bicycles', abstract: ' ', listed_on: '2025-04-01' },
      { id: 3, title: 'Trains', published_on: 'long ago' },
    ]);
    const { papers, rejected, firstProblem } = await store(text);
    expect({ rejected, firstProblem }).toEqual({ rejected: 0, firstProblem: null });
    expect(papers.map(({ id, listedOn }) => [id, listedOn])).toEqual([
      ['file:b', '2025-03-01'],
      ['file:a', '2025-04-01'],
      ['file:3', '1900-01-01'],
    ]);
    expect(papers[0]).toMatchObject({ abstract: '', upvotes: 3 });
    expect(papers[0]?.topics.map(({ slug }) => slug)).toContain('ssm');
    expect(papers[1]?.topics).toEqual([]);
  });

  it('Entries that are no papers are left out and counted, and the last entry of an id counts', async () => {
    const lines = [
      { id: 'a', title: 'Old' },
      { id: 'b', abstract: 'No title.' },
      { id: 'a', title: 'New' },
    ];
    const { papers, rejected, firstProblem } = await store(
      lines.map((line) => JSON.stringify(line)).join('\n'),
    );
    expect(papers.map(({ title }) => title)).toEqual(['New']);
    expect(rejected).toBe(1);
    expect(firstProblem).toBe('Line 2: title is missing: expected the words of the title.');
  });

  it('A line that is not JSON is reported with its number', async () => {
    await expect(store('{"title": "a"}\n{"title": ')).rejects.toThrow('Line 2: it is not JSON');
    await expect(store('{"id": "a"}')).rejects.toThrow('Line 1: title is missing');
    await expect(store('[]')).rejects.toThrow('The file contains no papers.');
  });

  it('Progress is reported for each thousand papers', async () => {
    const lines = Array.from({ length: 1500 }, (_, n) =>
      JSON.stringify({ id: `${n}`, title: 'T' }),
    );
    const progress: number[][] = [];
    await store(lines.join('\n'), (stored, total) => progress.push([stored, total]));
    expect(progress).toEqual([
      [1000, 1500],
      [1500, 1500],
    ]);
  });
});
