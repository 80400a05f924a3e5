import { PaperboyError } from '../domain/errors.ts';
import type { TopicPaper } from '../domain/paper.ts';
import type { Subscriber } from '../domain/subscriber.ts';
import { findJudgedPaper } from '../services/find-judged-paper.ts';
import type { HttpDeps } from './deps.ts';
import { shorten } from './errors.ts';
import { requireReader } from './readers.ts';

/**
 * The reader behind a token, and a paper that is theirs to judge: one of the digest that the token came
 * with, or, for a token without a digest, any.
 * @throws PaperboyError `UNKNOWN_TOKEN` or `NO_PAPER`, 404.
 */
export async function requireJudged(
  deps: HttpDeps,
  token: string,
  paperId: string,
): Promise<{ reader: Subscriber; paper: TopicPaper }> {
  const reader = await requireReader(deps, token);
  const paper = await findJudgedPaper(deps, token, paperId);
  if (paper) return { reader, paper };
  const message = `The mail that this link came with holds no paper “${shorten(paperId)}”.`;
  throw new PaperboyError('NO_PAPER', message, { statusCode: 404 });
}
