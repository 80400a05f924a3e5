import { describe, expect, it } from 'vitest';
import { decodeLibrary } from '../../../src/domain/library/decode-library.ts';
import { detectLibraryFormat } from '../../../src/domain/library/library-format.ts';

describe('detectLibraryFormat', () => {
  it.each([
    ['bibtex', '% Zotero\n\n@article{a,\n title={T}}'],
    ['bibtex', '@comment{x}\n@misc(b, title="T")'],
    ['ris', 'TY  - JOUR\nTI  - T\nER  - '],
    ['ris', 'PMID- 123\nTI  - T'],
    ['json', '[{"title": "T"}]'],
    ['json', ' {"items": []}'],
    ['json', '[]'],
    ['csv', '"Key","Item Type","Title","DOI"\n"A","preprint","T",""'],
    ['csv', 'Authors;Title;Year\nA;T;2020'],
    ['list', 'Attention is all you need\n1706.03762'],
    ['list', '[1] Attention is all you need'],
    ['list', 'title\nonly a list'],
    ['list', ''],
  ])('A text is recognised as %s: %j', (format, text) => {
    expect(detectLibraryFormat(text)).toBe(format);
  });
});

describe('decodeLibrary', () => {
  it('UTF-8, UTF-16 and Windows-1252 are read without their byte order marks', () => {
    const withMark = Buffer.from('\uFEFFÜber', 'utf8');
    const utf16 = Buffer.from('\uFEFFÜber', 'utf16le');
    expect(decodeLibrary(withMark)).toBe('Über');
    expect(decodeLibrary(utf16)).toBe('Über');
    expect(decodeLibrary(Buffer.from([0xdc, 0x62, 0x65, 0x72]))).toBe('Über');
  });

  it('A PDF, an archive and bytes with NUL are no text', () => {
    expect(decodeLibrary(Buffer.from('%PDF-1.7 x'))).toBeNull();
    expect(decodeLibrary(Buffer.from('PK\u0003\u0004x'))).toBeNull();
    expect(decodeLibrary(Buffer.from('a\0b'))).toBeNull();
  });
});
