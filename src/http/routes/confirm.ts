import type { FastifyInstance, FastifyReply } from 'fastify';
import { describeWhen } from '../../domain/describe.ts';
import { dayOf, nextOccurrence } from '../../domain/schedule.ts';
import type { Subscriber } from '../../domain/subscriber.ts';
import {
  type Confirmation,
  confirmSignUp,
  findConfirmation,
} from '../../services/confirm-sign-up.ts';
import { readTopics } from '../../services/read-papers.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage } from '../errors.ts';
import { TokenParams } from '../schemas.ts';

/** The link of the confirmation mail: looking changes nothing, since scanners look; the press does. */
export async function confirmRoutes(app: FastifyInstance, deps: HttpDeps): Promise<void> {
  const schema = { params: TokenParams, hide: true };

  app.get('/confirm/:token', { schema }, async (request, reply) => {
    const { token } = request.params as TokenParams;
    const found = await findConfirmation(deps, token);
    if (found.kind !== 'open') return sendResult(deps, reply, found);
    return sendPage(reply, deps.pages.confirm(await confirmView(deps, found.subscriber)));
  });

  app.post('/confirm/:token', { schema }, async (request, reply) => {
    const { token } = request.params as TokenParams;
    return sendResult(deps, reply, await confirmSignUp(deps, token));
  });
}

async function confirmView({ db }: HttpDeps, subscriber: Subscriber) {
  const topics = (await readTopics(db)).filter(({ slug }) => subscriber.topics.includes(slug));
  return { email: subscriber.email, preferences: subscriber, topics, firstEdition: null };
}

function sendResult(
  { pages, links, tokens, clock }: HttpDeps,
  reply: FastifyReply,
  result: Confirmation,
): FastifyReply {
  const again = [{ text: 'Sign up again', href: `${links.home}#coupon` }];
  if (result.kind === 'expired') {
    const sentences = [
      'This link has expired. Nothing was lost: sign up once more, and a new one comes.',
    ];
    return sendPage(
      reply,
      pages.message({ title: 'This link is over', sentences, links: again }),
      410,
    );
  }
  if (result.kind === 'unknown' || result.kind === 'open') {
    const sentences = [
      'There is no such link. It may have been cut by your mail program: copy the whole of it.',
    ];
    return sendPage(reply, pages.message({ title: 'Not here', sentences, links: again }), 404);
  }
  const { subscriber } = result;
  const preferences = links.preferences(tokens.seal({ digestId: 0, subscriberId: subscriber.id }));
  if (subscriber.status === 'unsubscribed') {
    const sentences = ['This link was used before, and the delivery has been stopped since.'];
    return sendPage(
      reply,
      pages.message({ title: 'The delivery has stopped', sentences, links: again }),
    );
  }
  const first = nextOccurrence(clock(), subscriber.hour, subscriber.timezone);
  const page = pages.message({
    title: 'Your delivery has started',
    sentences: [
      `Papers come to ${subscriber.email} ${describeWhen(subscriber)}, the first at the earliest on ${dayOf(first)}.`,
    ],
    links: [
      { text: 'Change what comes, and when', href: preferences },
      { text: 'Today’s papers', href: links.home },
    ],
  });
  return sendPage(reply, page);
}
