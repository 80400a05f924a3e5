import type { Db } from '../../db/client.ts';
import { isPaperInDigest } from '../../db/digests/digests.ts';
import { findPaper } from '../../db/papers/papers.ts';
import type { LinkTokens } from '../../domain/links/tokens.ts';
import type { TopicPaper } from '../../domain/papers/paper.ts';

/** A paper of the digest that a token came with, or, for a token without a digest, any that is stored;
 *  null when there is none. */
export async function findRatedPaper(
  { db, tokens }: { db: Db; tokens: LinkTokens },
  token: string,
  paperId: string,
): Promise<TopicPaper | null> {
  const subject = tokens.open(token);
  if (subject === null || paperId.includes(NUL)) return null;
  const { digestId } = subject;
  if (digestId !== 0 && !(await isPaperInDigest(db, digestId, paperId))) return null;
  return findPaper(db, paperId);
}

/** The one character that PostgreSQL cannot hold in a text. */
const NUL = '\0';
