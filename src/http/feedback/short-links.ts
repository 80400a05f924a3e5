import { FEEDBACK_COPY } from '../../copy/en/pages/feedback.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { ACTION_LETTERS, type ShortLinkAction } from '../../domain/links/links.ts';
import type { TopicPaper } from '../../domain/papers/paper.ts';
import { findPaperOfRank } from '../../services/feedback/find-rated-paper.ts';
import type { HttpDeps } from '../deps.ts';
import { TokenRankParams } from '../schemas.ts';
import { requireSubscriber } from '../subscribers/require-subscriber.ts';
import type { TypedFastify } from '../typed-fastify.ts';

/** The short links under each paper of a mail: they lead to the pages of feedback, which change
 *  nothing before a click. */
export async function shortLinkRoutes(app: TypedFastify, deps: HttpDeps): Promise<void> {
  const schema = { params: TokenRankParams, hide: true };

  app.get('/f/:token/:action', { schema }, async (request, reply) => {
    const { token, action: text } = request.params;
    await requireSubscriber(deps, token);
    const [, letter, rank] = SHORT_ACTION.exec(text) ?? [];
    const action = ACTIONS.find((name) => ACTION_LETTERS[name] === letter);
    const paper = action && (await findPaperOfRank(deps, token, Number(rank)));
    if (!action || !paper) throw new PaperboyError('NO_PAPER', FEEDBACK_COPY.notInDigest(text));
    const href = findTarget(deps, { token, action, paper });
    if (href === null) throw new PaperboyError('NO_PAPER', FEEDBACK_COPY.notInDigest(text));
    return reply.header('x-robots-tag', 'noindex').redirect(href, 302);
  });
}

function findTarget(
  { links }: HttpDeps,
  { token, action, paper }: { token: string; action: ShortLinkAction; paper: TopicPaper },
): string | null {
  if (action !== 'mute') return links.feedback(token, action, paper.id);
  const [topic] = paper.topics;
  return topic ? links.muteTopic(token, topic.slug) : null;
}

const ACTIONS = Object.keys(ACTION_LETTERS) as ShortLinkAction[];
const SHORT_ACTION = /^([a-z])(\d{1,4})$/;
