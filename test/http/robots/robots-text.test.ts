import { describe, expect, it } from 'vitest';
import { renderRobotsTxt } from '../../../src/http/robots/robots-text.ts';

describe('renderRobotsTxt', () => {
  it('robots.txt disallows pages opened by a token, below the path of the site', () => {
    const lines = renderRobotsTxt('https://papers.example.org/daily').split('\n');
    expect(lines[0]).toBe('User-agent: *');
    for (const path of ['confirm/', 'preferences/', 'view/', 'feedback/', 'inbox', 'papers?*q='])
      expect(lines).toContain(`Disallow: /daily/${path}`);
    expect(lines).toContain('Sitemap: https://papers.example.org/daily/sitemap.xml');
  });

  it('robots.txt allows every public page', () => {
    const rules = renderRobotsTxt('https://papers.example.org')
      .split('\n')
      .filter((line) => line.startsWith('Disallow: '))
      .map((line) => line.slice('Disallow: '.length));
    const open = [
      '/',
      '/papers',
      '/papers/2605.01234',
      '/digests/2026-05-08',
      '/topics/ssm',
      '/feed.xml',
    ];
    for (const path of open) expect(rules.filter((rule) => path.startsWith(rule))).toEqual([]);
  });
});
