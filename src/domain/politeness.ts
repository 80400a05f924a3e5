/** How a host is to be asked, over all processes together. */
export interface Politeness {
  /** What shares one line: all hosts of arXiv count as one (arXiv API terms of use). */
  line: string;
  /** From the end of one request to the beginning of the next, in ms. */
  gapMs: number;
  /** How long it is left alone when it asks for patience, in ms, if it does not say longer. */
  leastPauseMs: number;
}

/** In ms. 300 requests in five minutes; Hugging Face allows 500 without a token (hub-docs: rate limits). */
const USUAL_GAP_MS = 1_000;
const USUAL_PAUSE_MS = 60_000;

/** One request per three seconds, and ten minutes of quiet after a 429 (arXiv API terms of use). */
const ARXIV: Politeness = { line: 'arxiv.org', gapMs: 3_000, leastPauseMs: 600_000 };

/** How `host` is to be asked; null for this machine, which needs no patience. One connection at a time
 *  in every case. */
export function politenessTo(host: string): Politeness | null {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (isLocal(name)) return null;
  if (isBelow(name, 'arxiv.org')) return ARXIV;
  const line = isBelow(name, 'huggingface.co') ? 'huggingface.co' : name;
  return { line, gapMs: USUAL_GAP_MS, leastPauseMs: USUAL_PAUSE_MS };
}

function isBelow(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

function isLocal(name: string): boolean {
  return isBelow(name, 'localhost') || /^127(?:\.\d+){3}$/.test(name) || /^\[?::1\]?$/.test(name);
}
