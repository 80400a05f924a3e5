import { describe, expect, it } from 'vitest';
import { findCrawlPolicy } from '../../../src/domain/sources/crawl-policy.ts';

describe('Politeness', () => {
  it('has one line for all hosts of arXiv, with three seconds between requests', () => {
    for (const host of ['rss.arxiv.org', 'export.arxiv.org', 'arxiv.org', 'RSS.ARXIV.ORG.'])
      expect(findCrawlPolicy(host)).toEqual({
        hostGroup: 'arxiv.org',
        crawlDelayMs: 3_000,
        minBackoffMs: 600_000,
      });
  });

  it('stays well below what Hugging Face allows in five minutes', () => {
    const { hostGroup: line, crawlDelayMs: gapMs } = findCrawlPolicy('huggingface.co') ?? {
      hostGroup: '',
      crawlDelayMs: 0,
    };
    expect(line).toBe('huggingface.co');
    expect(300_000 / gapMs).toBeLessThanOrEqual(300);
  });

  it('is shown to every other host, by its own name', () => {
    expect(findCrawlPolicy('mirror.example.org')).toMatchObject({
      hostGroup: 'mirror.example.org',
    });
    expect(findCrawlPolicy('notarxiv.org')).toMatchObject({
      hostGroup: 'notarxiv.org',
      crawlDelayMs: 1_000,
    });
  });

  it('is not needed on this machine', () => {
    for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])
      expect(findCrawlPolicy(host)).toBeNull();
  });
});
