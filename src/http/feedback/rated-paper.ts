import { FEEDBACK_COPY } from '../../copy/en/pages/feedback.ts';
import { PaperboyError } from '../../domain/errors.ts';
import type { TopicPaper } from '../../domain/papers/paper.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import { truncateInput } from '../../domain/text/truncate.ts';
import { findRatedPaper } from '../../services/feedback/find-rated-paper.ts';
import type { HttpDeps } from '../deps.ts';

import { requireSubscriber } from '../subscribers/require-subscriber.ts';

/**
 * Returns the subscriber behind a token and a paper they may rate: one of the token's digest, or
 * any paper for a token without a digest.
 * @throws PaperboyError `UNKNOWN_TOKEN` or `NO_PAPER`.
 */
export async function requireRatedPaper(
  deps: HttpDeps,
  token: string,
  paperId: string,
): Promise<{ subscriber: Subscriber; paper: TopicPaper }> {
  const subscriber = await requireSubscriber(deps, token);
  const paper = await findRatedPaper(deps, token, paperId);
  if (paper) return { subscriber, paper };
  const message = FEEDBACK_COPY.notInDigest(truncateInput(paperId));
  throw new PaperboyError('NO_PAPER', message);
}
