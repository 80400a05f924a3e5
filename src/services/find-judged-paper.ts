import type { Db } from '../db/client.ts';
import { digestHolds } from '../db/digests.ts';
import { findPaper } from '../db/papers.ts';
import type { TopicPaper } from '../domain/paper.ts';
import type { Tokens } from '../domain/tokens.ts';

/** A paper of the digest that a token came with, or, for a token without a digest, any that is stored;
 *  null when there is none. */
export async function findJudgedPaper(
  { db, tokens }: { db: Db; tokens: Tokens },
  token: string,
  paperId: string,
): Promise<TopicPaper | null> {
  const subject = tokens.open(token);
  if (subject === null || paperId.includes(NUL)) return null;
  const { digestId } = subject;
  if (digestId !== 0 && !(await digestHolds(db, digestId, paperId))) return null;
  return findPaper(db, paperId);
}

/** The one character that PostgreSQL cannot hold in a text. */
const NUL = '\0';
