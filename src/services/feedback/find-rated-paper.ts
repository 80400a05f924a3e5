import type { Db } from '../../db/client.ts';
import { isPaperInDigest, listDigestPapersByRank } from '../../db/digests/digests.ts';
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

/** The paper of a rank in the digest that a delivery's token is for; null when there is none. */
export async function findPaperOfRank(
  { db, tokens }: { db: Db; tokens: LinkTokens },
  token: string,
  rank: number,
): Promise<TopicPaper | null> {
  const subject = tokens.open(token);
  if (subject?.kind !== 'delivery') return null;
  const byRank = await listDigestPapersByRank(db, subject.digestId, [rank]);
  return byRank.get(rank) ?? null;
}
