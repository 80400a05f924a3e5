import { describe, expect, it } from 'vitest';
import {
  describeSource,
  parseSourceName,
  parseSourceNames,
  toPublicSourceName,
} from '../../../src/domain/sources/source-name.ts';

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
    ['biorxiv', { kind: 'biorxiv', server: 'biorxiv', categories: [] }],
    ['medrxiv:hiv-aids+nutrition', { server: 'medrxiv', categories: ['hiv-aids', 'nutrition'] }],
    ['rss:https://example.org/a.xml?k=1', { kind: 'rss', url: 'https://example.org/a.xml?k=1' }],
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
    [
      'biorxiv:Neuroscience',
      '“Neuroscience” in “biorxiv:Neuroscience” is not a category of bioRxiv',
    ],
    ['medrxiv:', 'is not a category of medRxiv: expected some of addiction-medicine, '],
    ['biorxiv:ecology+ecology', '“ecology” is listed twice'],
    ['rss:feed.xml', '“feed.xml” in “rss:feed.xml” is not the address of a feed'],
    ['rss:file:///etc/passwd', 'is not the address of a feed'],
    ['rss:https://ada:secret@example.org/', 'The address of a feed at “example.org” contains a'],
    [`x\u0007\n${'y'.repeat(500)}`, '…” is not a source'],
  ])('The source name %j is refused with what was expected', (text, message) => {
    expect(() => parseSourceName(text)).toThrow(message);
  });
});

describe('toPublicSourceName', () => {
  it('The path of a file and what follows the host of a feed are not shown', () => {
    expect(toPublicSourceName('file:/srv/papers.csv')).toBe('file');
    expect(toPublicSourceName('rss:https://example.org/feed?key=secret')).toBe('rss:example.org');
    expect(toPublicSourceName('biorxiv:ecology')).toBe('biorxiv:ecology');
  });
});

describe('describeSource', () => {
  it.each([
    ['biorxiv', 'bioRxiv'],
    ['medrxiv:hiv-aids+nutrition', 'medRxiv (hiv-aids, nutrition)'],
    ['rss:example.org', 'example.org'],
    ['rss:https://example.org/feed?key=secret', 'example.org'],
    ['arxiv:cs.CL+cs.LG', 'arXiv (cs.CL, cs.LG)'],
  ])('The source %s is called %s', (name, label) => {
    expect(describeSource(name)).toBe(label);
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
