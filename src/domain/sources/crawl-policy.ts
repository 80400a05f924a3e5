import { MINUTE_MS } from '../time/units.ts';

/** How often all processes together may request a host. */
interface CrawlPolicy {
  /** Hosts of a group share one permit: all of arXiv's count as one (arXiv API terms of use). */
  hostGroup: string;
  /** From the end of one request to the start of the next, in ms. */
  crawlDelayMs: number;
  /** Back-off after a 429 or 503, in ms, unless the host asks for longer. */
  minBackoffMs: number;
}

/** In ms: 300 requests in five minutes. Hugging Face allows 500 without a token (hub docs, “Rate
 *  limits”). */
const DEFAULT_CRAWL_DELAY_MS = 1_000;
const DEFAULT_BACKOFF_MS = MINUTE_MS;

/** One request every three seconds, and a back-off of ten minutes after a 429 (arXiv API terms of
 *  use). */
const ARXIV_CRAWL_POLICY: CrawlPolicy = {
  hostGroup: 'arxiv.org',
  crawlDelayMs: 3_000,
  minBackoffMs: 600_000,
};

/** The policy for `host`; null for this machine, which needs none. Every policy implies one
 *  connection at a time. */
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
