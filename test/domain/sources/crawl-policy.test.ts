import { describe, expect, it } from 'vitest';
import { findCrawlPolicy } from '../../../src/domain/sources/crawl-policy.ts';

describe('findCrawlPolicy', () => {
  it('All hosts of arXiv share one group with a crawl delay of three seconds', () => {
    for (const host of ['rss.arxiv.org', 'export.arxiv.org', 'arxiv.org', 'RSS.ARXIV.ORG.'])
      expect(findCrawlPolicy(host)).toEqual({
        hostGroup: 'arxiv.org',
        crawlDelayMs: 3_000,
        minBackoffMs: 600_000,
      });
  });

  it('The crawl delay stays well below the rate limit of Hugging Face', () => {
    const policy = findCrawlPolicy('huggingface.co');
    expect(policy?.hostGroup).toBe('huggingface.co');
    expect(300_000 / (policy?.crawlDelayMs ?? 0)).toBeLessThanOrEqual(300);
  });

  it('Every other host is its own group with a crawl delay', () => {
    expect(findCrawlPolicy('mirror.example.org')).toMatchObject({
      hostGroup: 'mirror.example.org',
    });
    expect(findCrawlPolicy('notarxiv.org')).toMatchObject({
      hostGroup: 'notarxiv.org',
      crawlDelayMs: 1_000,
    });
  });

  it('A loopback host needs no crawl policy', () => {
    for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])
      expect(findCrawlPolicy(host)).toBeNull();
  });
});
