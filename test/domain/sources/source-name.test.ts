import { describe, expect, it } from 'vitest';
import { parseSourceName, parseSourceNames } from '../../../src/domain/sources/source-name.ts';

describe('parseSourceName', () => {
  it.each([
    ['hf-daily', { kind: 'hf-daily' }],
    [' hf-trending ', { kind: 'hf-trending', name: 'hf-trending' }],
    ['arxiv:cs.CL+cs.LG', { kind: 'arxiv', categories: ['cs.CL', 'cs.LG'] }],
    [
      'arxiv:cond-mat.mes-hall+hep-th+stat',
      { categories: ['cond-mat.mes-hall', 'hep-th', 'stat'] },
    ],
    ['file:/srv/papers.csv', { kind: 'file', path: '/srv/papers.csv' }],
  ])('The source name %s is parsed', (text, source) => {
    expect(parseSourceName(text)).toMatchObject(source);
  });

  it.each([
    ['', '“” is not a source: expected hf-daily, '],
    ['hf_daily', '“hf_daily” is not a source'],
    ['HF-DAILY', 'is not a source'],
    ['file:', 'is not a source'],
    ['arxiv:', '“” in “arxiv:” is not an arXiv category'],
    ['arxiv:cs.cl', '“cs.cl” in “arxiv:cs.cl” is not an arXiv category'],
    ['arxiv:cs.CL+', 'is not an arXiv category'],
    ['arxiv:cs.CL cs.LG', 'is not an arXiv category'],
    ['arxiv:../../etc', 'is not an arXiv category'],
    ['arxiv:cs.CL+cs.CL', '“cs.CL” is listed twice'],
    [`x\u0007\n${'y'.repeat(500)}`, '…” is not a source'],
  ])('The source name %j is refused with what was expected', (text, message) => {
    expect(() => parseSourceName(text)).toThrow(message);
  });
});

describe('parseSourceNames', () => {
  it('A comma-separated list of sources is parsed, and “none” is empty', () => {
    const names = (text: string) => parseSourceNames(text).map(({ name }) => name);
    expect(names('hf-daily, arxiv:cs.CL')).toEqual(['hf-daily', 'arxiv:cs.CL']);
    expect(names('none')).toEqual([]);
    expect(() => names('hf-daily,')).toThrow('“” is not a source');
    expect(() => names('hf-daily,hf-daily')).toThrow('“hf-daily” is listed twice');
  });
});
