import { PaperboyError } from '../../domain/errors.ts';
import type { ListedPaper } from '../../domain/papers/paper.ts';
import { parsePaperFile } from '../../sources/file/paper-file.ts';

/**
 * Reads the papers of a file (JSON array, JSON lines or CSV) and its number of entries. The last
 * entry of a paper counts.
 * @throws PaperboyError `INVALID_FILE` or `INVALID_PAPER`, each naming the place.
 */
export function readWholeFile(
  text: string,
  from: { source: string; today: string },
): { read: number; papers: ListedPaper[] } {
  const entries = parsePaperFile(text, from);
  const papers = new Map<string, ListedPaper>();
  for (const entry of entries) {
    if ('problem' in entry) throw addPosition(entry.location, entry.problem);
    papers.set(entry.paper.id, entry.paper);
  }
  return { read: entries.length, papers: [...papers.values()] };
}

function addPosition(place: string, problem: PaperboyError): PaperboyError {
  return new PaperboyError(problem.code, `${place}: ${problem.message}`, { cause: problem });
}
