import { describe, expect, it } from 'vitest';
import { dropSameTitles } from '../../../src/domain/papers/same-title.ts';

const TITLE = 'Attention Is All You Need, Again';
const paper = (id: string, title = TITLE) => ({ id, title });
const idsOf = (papers: { id: string }[]) => papers.map(({ id }) => id);

describe('dropSameTitles', () => {
  it('Of papers with one title, the one with an arXiv id stays, else the first', () => {
    const same = [paper('rss:1'), paper('2605.01234', 'Attention is all you need — again!')];
    expect(idsOf(dropSameTitles(same, []))).toEqual(['2605.01234']);
    expect(idsOf(dropSameTitles([...same].reverse(), []))).toEqual(['2605.01234']);
    expect(idsOf(dropSameTitles([paper('rss:1'), paper('rss:2')], []))).toEqual(['rss:1']);
  });

  it('A paper whose title came earlier is dropped', () => {
    expect(dropSameTitles([paper('2605.01234')], ['ATTENTION is all you need: again'])).toEqual([]);
  });

  it('Short titles say nothing about the paper', () => {
    const editorials = [paper('rss:1', 'Editorial'), paper('rss:2', 'Editorial')];
    expect(idsOf(dropSameTitles(editorials, ['Editorial']))).toEqual(['rss:1', 'rss:2']);
  });
});
