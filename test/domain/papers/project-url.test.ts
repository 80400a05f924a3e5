import { describe, expect, it } from 'vitest';
import { findProjectUrl } from '../../../src/domain/papers/project-url.ts';

describe('findProjectUrl', () => {
  it.each([
    ['15 pages, 8 figures. Project page: https://a.github.io/b', 'https://a.github.io/b'],
    ['The project website is available at https://example.org/x.', 'https://example.org/x'],
    ['Project page (https://example.org/y), 3 videos', 'https://example.org/y'],
  ])('“%s” has the address of a project', (text, url) => {
    expect(findProjectUrl(text)).toBe(url);
  });

  it.each(['Our project is large: see https://example.org', 'Code: https://github.com/a/b', ''])(
    '“%s” has none',
    (text) => {
      expect(findProjectUrl(text)).toBeNull();
    },
  );
});
