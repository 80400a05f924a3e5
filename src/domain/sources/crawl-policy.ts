import { MINUTE_MS } from '../time/units.ts';

/** How a host is to be asked, over all processes together. */
export interface CrawlPolicy {
  /** What shares one line: all hosts of arXiv count as one (arXiv API terms of use). */
  hostGroup: string;
  /** From the end of one request to the beginning of the next, in ms. */
  crawlDelayMs: number;
  /** How long it is left alone when it asks for patience, in ms, if it does not say longer. */
  minBackoffMs: number;
}

/** In ms. 300 requests in five minutes; Hugging Face allows 500 without a token (hub-docs: rate limits). */
const DEFAULT_CRAWL_DELAY_MS = 1_000;
const DEFAULT_BACKOFF_MS = MINUTE_MS;

/** One request per three seconds, and ten minutes of quiet after a 429 (arXiv API terms of use). */
const ARXIV_CRAWL_POLICY: CrawlPolicy = {
  hostGroup: 'arxiv.org',
  crawlDelayMs: 3_000,
  minBackoffMs: 600_000,
};

/** How `host` is to be asked; null for this machine, which needs no patience. One connection at a time
 *  in every case. */
export function findCrawlPolicy(host: string): CrawlPolicy | null {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (isLoopbackHost(name)) return null;
  if (isSameOrSubdomain(name, 'arxiv.org')) return ARXIV_CRAWL_POLICY;
  const hostGroup = isSameOrSubdomain(name, 'huggingface.co') ? 'huggingface.co' : name;
  return { hostGroup, crawlDelayMs: DEFAULT_CRAWL_DELAY_MS, minBackoffMs: DEFAULT_BACKOFF_MS };
}

function isSameOrSubdomain(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

function isLoopbackHost(name: string): boolean {
  return (
    isSameOrSubdomain(name, 'localhost') ||
    /^127(?:\.\d+){3}$/.test(name) ||
    /^\[?::1\]?$/.test(name)
  );
}
