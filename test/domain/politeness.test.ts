import { describe, expect, it } from 'vitest';
import { politenessTo } from '../../src/domain/politeness.ts';

describe('Politeness', () => {
  it('has one line for all hosts of arXiv, with three seconds between requests', () => {
    for (const host of ['rss.arxiv.org', 'export.arxiv.org', 'arxiv.org', 'RSS.ARXIV.ORG.'])
      expect(politenessTo(host)).toEqual({
        line: 'arxiv.org',
        gapMs: 3_000,
        leastPauseMs: 600_000,
      });
  });

  it('stays well below what Hugging Face allows in five minutes', () => {
    const { line, gapMs } = politenessTo('huggingface.co') ?? { line: '', gapMs: 0 };
    expect(line).toBe('huggingface.co');
    expect(300_000 / gapMs).toBeLessThanOrEqual(300);
  });

  it('is shown to every other host, by its own name', () => {
    expect(politenessTo('mirror.example.org')).toMatchObject({ line: 'mirror.example.org' });
    expect(politenessTo('notarxiv.org')).toMatchObject({ line: 'notarxiv.org', gapMs: 1_000 });
  });

  it('is not needed on this machine', () => {
    for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])
      expect(politenessTo(host)).toBeNull();
  });
});
