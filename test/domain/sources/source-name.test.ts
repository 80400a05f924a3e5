import { describe, expect, it } from 'vitest';
import { parseSourceName, parseSourceNames } from '../../../src/domain/sources/source-name.ts';

describe('readSourceName', () => {
  it.each([
    ['hf-daily', { kind: 'hf-daily' }],
    [' hf-trending ', { kind: 'hf-trending', name: 'hf-trending' }],
    ['arxiv:cs.CL+cs.LG', { kind: 'arxiv', categories: ['cs.CL', 'cs.LG'] }],
    [
      'arxiv:cond-mat.mes-hall+hep-th+stat',
      { categories: ['cond-mat.mes-hall', 'hep-th', 'stat'] },
    ],
    ['file:/srv/papers.csv', { kind: 'file', path: '/srv/papers.csv' }],
  ])('knows %s', (text, source) => {
    expect(parseSourceName(text)).toMatchObject(source);
  });

  it.each([
    ['', '“” is no source: expected hf-daily, '],
    ['hf_daily', '“hf_daily” is no source'],
    ['HF-DAILY', 'is no source'],
    ['file:', 'is no source'],
    ['arxiv:', '“” in “arxiv:” is no category of arXiv'],
    ['arxiv:cs.cl', '“cs.cl” in “arxiv:cs.cl” is no category of arXiv'],
    ['arxiv:cs.CL+', 'is no category'],
    ['arxiv:cs.CL cs.LG', 'is no category'],
    ['arxiv:../../etc', 'is no category'],
    ['arxiv:cs.CL+cs.CL', '“cs.CL” comes twice'],
    [`x\u0007\n${'y'.repeat(500)}`, '…” is no source'],
  ])('refuses %j and says what was expected', (text, message) => {
    expect(() => parseSourceName(text)).toThrow(message);
  });
});

describe('readSourceNames', () => {
  it('reads a list that commas part, and none', () => {
    const names = (text: string) => parseSourceNames(text).map(({ name }) => name);
    expect(names('hf-daily, arxiv:cs.CL')).toEqual(['hf-daily', 'arxiv:cs.CL']);
    expect(names('none')).toEqual([]);
    expect(() => names('hf-daily,')).toThrow('“” is no source');
    expect(() => names('hf-daily,hf-daily')).toThrow('“hf-daily” comes twice');
  });
});
