import type { ListedPaper } from '../domain/paper.ts';
import { arxivId } from '../domain/paper-id.ts';
import { readPaper } from '../domain/paper-input.ts';
import { fetchPapers } from '../services/fetch-papers.ts';
import { startPaperServer } from '../sources/fixture/paper-server.ts';
import { type ServedPaper, servedPaper } from '../sources/fixture/served-paper.ts';
import { readSeed } from '../wiring/database.ts';
import type { Parts } from '../wiring/parts.ts';

/** On which the seed papers were listed. */
export const SEED_DAY = '2026-05-08';

const ARXIV = 'arxiv:cs.LG';

/** Serves the seed papers on this machine as Hugging Face and arXiv do; with the settings that lead there. */
export async function serveSeedPapers(): Promise<{
  settings: Record<string, string>;
  close: () => Promise<void>;
}> {
  const entries: unknown[] = JSON.parse(await readSeed('papers.json'));
  const papers = entries.map((entry, place) =>
    served(readPaper(entry, { source: 'file', today: SEED_DAY }), place),
  );
  const clock = () => new Date(`${SEED_DAY}T12:00:00Z`);
  const { urls, close } = await startPaperServer({ clock, papers });
  return {
    settings: {
      HF_ENDPOINT: urls.hfEndpoint,
      ARXIV_RSS_URL: urls.arxivRssUrl,
      ARXIV_API_URL: urls.arxivApiUrl,
    },
    close,
  };
}

/** Fetches them from both, on the day of their list. Returns a sentence for each. */
export async function fetchSeedPapers(parts: Parts, signal: AbortSignal): Promise<string[]> {
  const clock = () => new Date(`${SEED_DAY}T12:00:00Z`);
  const sentences: string[] = [];
  for (const name of ['hf-daily', ARXIV]) {
    const source = parts.sources.named(name);
    const report = await fetchPapers({ db: parts.db, clock, signal }, source, { day: SEED_DAY });
    if (report.error !== null) throw report.error;
    const { found, added, updated } = report;
    sentences.push(
      `${name} listed ${found} papers on ${SEED_DAY}: ${added} new, ${updated} known and updated.`,
    );
  }
  return sentences;
}

/** Every paper is on Hugging Face's list, and every other one in arXiv's feed of the same day. Papers without
 *  an arXiv id get one that was never given. */
function served(paper: ListedPaper, place: number): ServedPaper {
  return servedPaper(arxivId(paper.id) ?? `2605.9${String(place).padStart(4, '0')}`, SEED_DAY, {
    title: paper.title,
    abstract: paper.abstract,
    authors: paper.authors,
    organization: paper.organization,
    upvotes: paper.upvotes ?? 0,
    comments: paper.comments ?? 0,
    codeUrl: paper.codeUrl,
    arxivDay: place % 2 === 0 ? SEED_DAY : null,
  });
}
