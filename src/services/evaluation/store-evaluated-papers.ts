import type { Readable } from 'node:stream';
import type { Db } from '../../db/client.ts';
import { findPapersByIds } from '../../db/papers/papers.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { FILE_SOURCE } from '../../domain/evaluation/evaluated-reader.ts';
import type { ListedPaper, TopicPaper } from '../../domain/papers/paper.ts';
import { parsePaperFile } from '../../sources/file/paper-file.ts';
import { storePapers } from '../papers/store-papers.ts';

/** Less than the longest string of V8. */
const MAX_FILE_BYTES = 400 * 1024 * 1024;

/** Papers between two reports of progress. */
const BATCH_PAPERS = 1000;

/** Marks papers without a day of listing: theirs is the day of publication, if that is known. */
const UNDATED = '1900-01-01';

/** Any time: nothing in an evaluation depends on it. */
const STORED_AT = new Date(0);

/** Papers of a file, stored with their topics. */
export interface EvaluatedPapers {
  papers: TopicPaper[];
  /** Entries that are no papers, such as those without a title. */
  rejected: number;
  /** What is wrong with the first of them, and where. */
  firstProblem: string | null;
}

/**
 * Stores the papers of a file, which may lack abstracts, and returns them with their topics, in the
 * order of the file. `onProgress` gets the papers stored so far and their total.
 * @throws PaperboyError `INVALID_FILE` naming the place, for a file that is not JSON or CSV or has
 * no papers.
 */
export async function storeEvaluatedPapers(
  db: Db,
  content: Readable,
  {
    onProgress,
    signal,
  }: { onProgress: (stored: number, total: number) => void; signal: AbortSignal },
): Promise<EvaluatedPapers> {
  const { papers, ...rejections } = parsePapers(await readText(content));
  const stored: TopicPaper[] = [];
  for (let start = 0; start < papers.length; start += BATCH_PAPERS) {
    signal.throwIfAborted();
    const batch = papers.slice(start, start + BATCH_PAPERS);
    await db.transaction((tx) => storePapers(tx, batch, STORED_AT));
    stored.push(
      ...(await findPapersByIds(
        db,
        batch.map(({ id }) => id),
      )),
    );
    onProgress(stored.length, papers.length);
  }
  return { papers: stored, ...rejections };
}

/** The papers of the text, each once. Unreadable optional fields count as absent. */
function parsePapers(text: string): Omit<EvaluatedPapers, 'papers'> & { papers: ListedPaper[] } {
  const papers = new Map<string, ListedPaper>();
  const problems: string[] = [];
  for (const entry of parsePaperFile(text, PARSE_OPTIONS)) {
    if ('paper' in entry) papers.set(entry.paper.id, dateListing(entry.paper));
    else if (entry.problem.code !== 'INVALID_PAPER')
      throw new PaperboyError('INVALID_FILE', `${entry.location}: ${entry.problem.message}`);
    else problems.push(`${entry.location}: ${entry.problem.message}`);
  }
  const [firstProblem = null] = problems;
  if (papers.size === 0)
    throw new PaperboyError('INVALID_FILE', firstProblem ?? 'The file contains no papers.');
  return { papers: [...papers.values()], rejected: problems.length, firstProblem };
}

const PARSE_OPTIONS = {
  source: FILE_SOURCE,
  today: UNDATED,
  isLenient: true,
  isAbstractOptional: true,
} as const;

function dateListing(paper: ListedPaper): ListedPaper {
  const { listedOn, publishedOn } = paper;
  if (listedOn !== UNDATED || publishedOn === null) return paper;
  return { ...paper, listedOn: publishedOn, usableOn: publishedOn };
}

async function readText(content: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    chunks.push(Buffer.from(chunk));
    bytes += chunk.length;
    if (bytes > MAX_FILE_BYTES)
      throw new PaperboyError(
        'INVALID_FILE',
        `The file of papers is larger than expected: at most ${MAX_FILE_BYTES} bytes.`,
      );
  }
  return Buffer.concat(chunks).toString('utf8');
}
