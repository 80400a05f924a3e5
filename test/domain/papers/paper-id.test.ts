import { describe, expect, it } from 'vitest';
import { derivePaperId, parseArxivId } from '../../../src/domain/papers/paper-id.ts';

describe('parseArxivId', () => {
  it.each([
    ['2401.01234v2', '2401.01234'],
    [' arXiv:2401.01234 ', '2401.01234'],
    ['http://arxiv.org/abs/hep-ex/0307015v1', 'hep-ex/0307015'],
    ['https://arxiv.org/pdf/2401.01234v12.pdf', '2401.01234'],
    ['https://export.arxiv.org/abs/2401.01234?context=cs.LG', '2401.01234'],
    ['oai:arXiv.org:2508.13426v1', '2508.13426'],
    ['0704.0001', '0704.0001'],
    ['1412.9999', '1412.9999'],
    ['1501.00001', '1501.00001'],
    ['math.GT/0309136', 'math.GT/0309136'],
    ['cs/9901001', 'cs/9901001'],
  ])('"%s" contains the arXiv id %s', (text, id) => {
    expect(parseArxivId(text)).toBe(id);
  });

  it.each([
    ['', 'is empty'],
    ['1412.12345', 'has five digits before 2015'],
    ['1501.1234', 'has four digits after 2014'],
    ['2413.00001', 'has a thirteenth month'],
    ['2400.00001', 'has no month'],
    ['0703.0001', 'is older than the new form'],
    ['hep-ex/1307015', 'is younger than the old form'],
    ['hep-ex/9107015', 'is older than arXiv'],
    ['2401.012345', 'has six digits'],
    ['2401.01234v0', 'has a version before the first'],
    ['see 2401.01234', 'is a sentence'],
    ['https://example.org/arxiv.org/abs/2401.01234', 'points elsewhere'],
    ['10.1000/182', 'is a DOI'],
  ])('"%s" contains no arXiv id: it %s', (text) => {
    expect(parseArxivId(text)).toBeNull();
  });
});

describe('derivePaperId', () => {
  it('The id of an arXiv paper has no version', () => {
    expect(derivePaperId({ source: 'arxiv', id: '2401.01234v3', title: 'T' })).toBe('2401.01234');
    expect(derivePaperId({ source: 'file', id: '2401.01234', title: 'T' })).toBe('2401.01234');
  });

  it.each([
    ['10.1101/2026.05.01.123456', 'doi:10.1101/2026.05.01.123456'],
    ['https://doi.org/10.1038/S41586-026-1', 'doi:10.1038/s41586-026-1'],
    ['doi: 10.1000/182', 'doi:10.1000/182'],
    ['https://doi.org/10.48550/arXiv.2401.01234', '2401.01234'],
  ])('The DOI %s gives the id %s, whatever the source', (given, id) => {
    expect(derivePaperId({ source: 'rss', id: given, title: 'T' })).toBe(id);
    expect(derivePaperId({ source: 'file', id, title: 'T' })).toBe(id);
  });

  it('Any other id is prefixed with its source, once', () => {
    expect(derivePaperId({ source: 'acl', id: '2024.1', title: 'T' })).toBe('acl:2024.1');
    expect(derivePaperId({ source: 'acl', id: 'acl:2024.1', title: 'T' })).toBe('acl:2024.1');
  });

  it('Without an id the normalised title is hashed', () => {
    const id = derivePaperId({ source: 'file', title: 'SWAN: SGD with Whitening' });
    expect(id).toBe('file:a921bc5d5e25ee43');
    expect(derivePaperId({ source: 'file', title: ' swan  SGD\nwith <b>Whitening</b>!' })).toBe(id);
    expect(derivePaperId({ source: 'file', id: ' ', title: 'SWAN: SGD with Whitening' })).toBe(id);
    expect(derivePaperId({ source: 'file', title: 'SWAN 2: SGD with Whitening' })).not.toBe(id);
  });

  it('Titles without letters have different ids', () => {
    expect(derivePaperId({ source: 'file', title: '???' })).not.toBe(
      derivePaperId({ source: 'file', title: '!!!' }),
    );
  });
});
