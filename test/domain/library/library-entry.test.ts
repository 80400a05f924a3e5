import { describe, expect, it } from 'vitest';
import {
  buildLibraryEntry,
  listEntryKeys,
  type RawLibraryEntry,
} from '../../../src/domain/library/library-entry.ts';

function raw(changes: Partial<RawLibraryEntry>): RawLibraryEntry {
  return { title: '', abstract: '', doi: '', mentions: [], ...changes };
}

describe('buildLibraryEntry', () => {
  it('Braces, TeX and markup are removed from title and abstract', () => {
    const entry = buildLibraryEntry(
      raw({
        title: '{{BERT}: Pre-training of {\\"U}ber {Deep Models}}',
        abstract: '<p>We use $x_{1}$ &amp; more.</p>',
      }),
    );
    expect(entry).toEqual({
      title: 'BERT: Pre-training of Über Deep Models',
      abstract: 'We use x₁ & more.',
      arxivId: null,
      doi: null,
    });
  });

  it('Ids are taken from the field of the DOI, the URL and the notes', () => {
    const mentions = ['arXiv preprint arXiv:1810.04805'];
    expect(buildLibraryEntry(raw({ title: 'BERT', mentions }))?.arxivId).toBe('1810.04805');
    expect(buildLibraryEntry(raw({ doi: '10.48550/arXiv.1810.04805' }))).toMatchObject({
      arxivId: '1810.04805',
      doi: '10.48550/arxiv.1810.04805',
    });
    const url = 'https://doi.org/10.1038/nature14539';
    expect(buildLibraryEntry(raw({ title: 'Deep learning', mentions: [url] }))?.doi).toBe(
      '10.1038/nature14539',
    );
  });

  it('An entry needs a title with words or an id', () => {
    expect(buildLibraryEntry(raw({ title: '12345' }))).toBeNull();
    expect(buildLibraryEntry(raw({ abstract: 'An abstract alone.' }))).toBeNull();
    expect(buildLibraryEntry(raw({ mentions: ['2401.01234'] }))?.title).toBe('');
  });

  it('Overlong fields are cut before they are cleaned', () => {
    const entry = buildLibraryEntry(
      raw({ title: 'word '.repeat(10_000), abstract: 'word '.repeat(10_000) }),
    );
    expect(entry?.title.length).toBeLessThanOrEqual(1000);
    expect(entry?.abstract.length).toBeLessThanOrEqual(10_000);
  });
});

describe('listEntryKeys', () => {
  it('Two entries are the same paper when the letters of their titles or an id agree', () => {
    const keys = (title: string, arxivId: string | null = null, doi: string | null = null) =>
      listEntryKeys({ title, arxivId, doi });
    expect(keys('Attention Is All You Need!')).toEqual(keys('attention is all you need'));
    expect(keys('A', '1706.03762', '10.1/x')).toEqual(['arxiv:1706.03762', 'doi:10.1/x']);
  });
});
