import type { Db } from '../../db/client.ts';
import { listTopicEvidence, replacePaperTopics } from '../../db/topics/paper-topics.ts';
import {
  chooseTopics,
  isGuess,
  keepBestGuesses,
  scoreMatch,
} from '../../domain/topics/topic-match.ts';

interface PaperMatch {
  paperId: string;
  slug: string;
  score: number;
  isGuess: boolean;
}

/** Finds and stores every topic that the papers match. */
export async function assignTopics(tx: Db, paperIds: readonly string[]): Promise<void> {
  if (paperIds.length === 0) return;
  const matchesOf = new Map<string, PaperMatch[]>();
  for (const { paperId, slug, ...evidence } of await listTopicEvidence(tx, paperIds)) {
    const matches = matchesOf.get(paperId) ?? [];
    matchesOf.set(paperId, matches);
    matches.push({ paperId, slug, score: scoreMatch(evidence), isGuess: isGuess(evidence) });
  }
  const rows = [...matchesOf.values()].flatMap((all) => {
    const matches = keepBestGuesses(all);
    const shown = new Set(chooseTopics(matches));
    return matches.map((match) => ({ ...match, isShown: shown.has(match) }));
  });
  await replacePaperTopics(tx, paperIds, rows);
}
