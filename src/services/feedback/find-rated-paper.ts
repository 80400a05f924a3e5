import type { Db } from '../../db/client.ts';
import { isPaperInDigest } from '../../db/digests/digests.ts';
import { findPaper } from '../../db/papers/papers.ts';
import type { LinkTokens } from '../../domain/links/tokens.ts';
import type { TopicPaper } from '../../domain/papers/paper.ts';
import { NUL } from '../../domain/text/clean-text.ts';

/** The paper that a token lets its subscriber rate: one of the token's digest, or any that is
 *  stored for a token without a delivery. Null when there is none. */
export async function findRatedPaper(
  { db, tokens }: { db: Db; tokens: LinkTokens },
  token: string,
  paperId: string,
): Promise<TopicPaper | null> {
  const subject = tokens.open(token);
  if (subject === null || paperId.includes(NUL)) return null;
  if (subject.kind === 'delivery' && !(await isPaperInDigest(db, subject.digestId, paperId)))
    return null;
  return findPaper(db, paperId);
}
