import type { ListedPaper } from '../../domain/papers/paper.ts';
import { parseArxivId } from '../../domain/papers/paper-id.ts';
import { parsePaper } from '../../domain/papers/paper-input.ts';
import { fetchPapers } from '../../services/sources/fetch-papers.ts';
import type { App } from '../../wiring/app.ts';
import { readSeed } from '../../wiring/database.ts';
import { createPaperListener, startPaperServer } from './paper-server/paper-server.ts';
import { createServedPaper, type ServedPaper } from './paper-server/served-paper.ts';

/** The day on which the seed papers were listed. */
export const SEED_DAY = '2026-05-08';

const ARXIV_SOURCE = 'arxiv:cs.LG';

/** Serves the seed papers on this machine as Hugging Face and arXiv do. */
export async function serveSeedPapers(): Promise<{
  settings: Record<string, string>;
  close: () => Promise<void>;
}> {
  const entries: unknown[] = JSON.parse(await readSeed('papers.json'));
  const papers = entries.map((entry, index) =>
    toServedPaper(parsePaper(entry, { source: 'file', today: SEED_DAY }), index),
  );
  const clock = () => new Date(`${SEED_DAY}T12:00:00Z`);
  const { urls, close } = await startPaperServer(createPaperListener({ papers }, clock));
  return {
    settings: {
      HF_ENDPOINT: urls.hfEndpoint,
      ARXIV_RSS_URL: urls.arxivRssUrl,
      ARXIV_API_URL: urls.arxivApiUrl,
      ORCID_API_URL: urls.orcidApiUrl,
      CROSSREF_API_URL: urls.crossrefApiUrl,
    },
    close,
  };
}

/** Fetches the seed papers from both sources, on the day of their lists; a sentence for each. */
export async function fetchSeedPapers(app: App, signal: AbortSignal): Promise<string[]> {
  const clock = () => new Date(`${SEED_DAY}T12:00:00Z`);
  const lines: string[] = [];
  for (const name of ['hf-daily', ARXIV_SOURCE]) {
    const source = app.sources.openByName(name);
    const report = await fetchPapers({ db: app.db, clock, signal }, source, { day: SEED_DAY });
    if (report.error !== null) throw report.error;
    const { found, added, updated } = report;
    lines.push(
      `${name} listed ${found} papers on ${SEED_DAY}: ${added} new, ${updated} known and updated.`,
    );
  }
  return lines;
}

/** A seed paper as the server lists it: every paper on Hugging Face's list, every second one in
 *  arXiv's feed of the same day. A paper without an arXiv id gets one that arXiv never assigned. */
function toServedPaper(paper: ListedPaper, index: number): ServedPaper {
  return createServedPaper(
    parseArxivId(paper.id) ?? `2605.9${String(index).padStart(4, '0')}`,
    SEED_DAY,
    {
      title: paper.title,
      abstract: paper.abstract,
      authors: paper.authors,
      organization: paper.organization,
      upvotes: paper.upvotes ?? 0,
      comments: paper.comments ?? 0,
      codeUrl: paper.codeUrl,
      arxivDay: index % 2 === 0 ? SEED_DAY : null,
    },
  );
}
