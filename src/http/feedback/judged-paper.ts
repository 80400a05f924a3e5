import { PaperboyError } from '../../domain/errors.ts';
import type { TopicPaper } from '../../domain/papers/paper.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import { findRatedPaper } from '../../services/feedback/find-rated-paper.ts';
import type { HttpDeps } from '../deps.ts';
import { truncateInput } from '../errors.ts';
import { requireSubscriber } from '../subscribers/require-subscriber.ts';

/**
 * The reader behind a token, and a paper that is theirs to judge: one of the digest that the token came
 * with, or, for a token without a digest, any.
 * @throws PaperboyError `UNKNOWN_TOKEN` or `NO_PAPER`, 404.
 */
export async function requireJudgedPaper(
  deps: HttpDeps,
  token: string,
  paperId: string,
): Promise<{ reader: Subscriber; paper: TopicPaper }> {
  const subscriber = await requireSubscriber(deps, token);
  const paper = await findRatedPaper(deps, token, paperId);
  if (paper) return { reader: subscriber, paper };
  const message = `The mail that this link came with holds no paper “${truncateInput(paperId)}”.`;
  throw new PaperboyError('NO_PAPER', message);
}
