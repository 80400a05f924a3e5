import { expect, it } from 'vitest';
import { findArxivPdf, findCode, findPaperSource } from '../../../src/domain/papers/paper-links.ts';

it.each([
  ['https://www.example.org/p', 'x:1', { name: 'example.org', url: 'https://www.example.org/p' }],
  ['https://export.arxiv.org/abs/2605.01234', 'x:1', { name: 'arXiv' }],
  [null, 'hep-ex/0307015', { name: 'arXiv', url: 'https://arxiv.org/abs/hep-ex/0307015' }],
  ['javascript:alert(1)', '2605.01234', { url: 'https://arxiv.org/abs/2605.01234' }],
  [`https://example.org/${'x'.repeat(850)}`, '2605.01234', { name: 'arXiv' }],
])('The source of a paper with the address %s and the id %s is %j', (url, id, source) => {
  expect(findPaperSource({ id, url })).toMatchObject(source);
});

it('A paper with neither a web address nor an arXiv id has no source', () => {
  expect(findPaperSource({ id: 'acl:2024.1', url: 'ftp://example.org/p' })).toBeNull();
});

it('Only a paper with an arXiv id has a PDF there', () => {
  expect(findArxivPdf({ id: '2605.01234' })).toBe('https://arxiv.org/pdf/2605.01234');
  expect(findArxivPdf({ id: 'acl:2024.1' })).toBeNull();
});

it('An address of code is linked only when it is http or https', () => {
  expect(findCode({ codeUrl: 'https://github.com/a/b' })).toBe('https://github.com/a/b');
  expect(findCode({ codeUrl: 'javascript:alert(1)' })).toBeNull();
});
