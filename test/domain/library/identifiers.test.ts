import { describe, expect, it } from 'vitest';
import { findArxivId, findDoi, parseOrcid } from '../../../src/domain/library/identifiers.ts';

describe('findArxivId', () => {
  it.each([
    ['1706.03762v5', '1706.03762'],
    ['http://arxiv.org/abs/1706.03762', '1706.03762'],
    ['See https://arxiv.org/pdf/1706.03762v7.pdf for it', '1706.03762'],
    ['arXiv:1706.03762 [cs]', '1706.03762'],
    ['arXiv preprint arXiv:1706.03762, 2017', '1706.03762'],
    ['10.48550/arXiv.1706.03762', '1706.03762'],
    ['arXiv: hep-ex/0307015', 'hep-ex/0307015'],
    ['Vaswani et al., Attention is all you need, arXiv:1706.03762', '1706.03762'],
  ])('An arXiv id is found in “%s”', (text, id) => {
    expect(findArxivId(text)).toBe(id);
  });

  it.each([
    '',
    'Nature 1706.03762',
    'Attention is all you need',
    'arXiv:1399.00001',
    '10.1000/1706.03762',
  ])('“%s” has no arXiv id', (text) => {
    expect(findArxivId(text)).toBeNull();
  });
});

describe('findDoi', () => {
  it.each([
    ['10.1038/NATURE14539', '10.1038/nature14539'],
    ['https://doi.org/10.1038/nature14539', '10.1038/nature14539'],
    ['Nature (2015), doi:10.1038/nature14539.', '10.1038/nature14539'],
    [
      'https://www.biorxiv.org/content/10.1101/2026.05.01.123456v2.full',
      '10.1101/2026.05.01.123456',
    ],
    ['10.20944/preprints202401.0001.v1', '10.20944/preprints202401.0001.v1'],
  ])('A DOI is found in “%s”, in lower case', (text, doi) => {
    expect(findDoi(text)).toBe(doi);
  });

  it('A version number or a very long text is no DOI', () => {
    expect(findDoi('version 10.5/2')).toBeNull();
    expect(findDoi(`10.1000/${'x'.repeat(1000)}`)).toBeNull();
  });
});

describe('parseOrcid', () => {
  it.each([
    '0000-0002-1825-0097',
    'https://orcid.org/0000-0002-1825-0097',
    'orcid.org/0000-0002-1825-0097/',
    '0000000218250097',
    'ORCID: 0000-0002-1825-0097',
  ])('“%s” is an ORCID iD', (text) => {
    expect(parseOrcid(text)).toBe('0000-0002-1825-0097');
  });

  it('An ORCID iD may end in X, and its check digit must be right', () => {
    expect(parseOrcid('0000-0002-1694-233x')).toBe('0000-0002-1694-233X');
    expect(parseOrcid('0000-0002-1825-0098')).toBeNull();
    expect(parseOrcid('Ada Lovelace')).toBeNull();
  });
});
