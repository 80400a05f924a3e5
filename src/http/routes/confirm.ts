import type { FastifyReply } from 'fastify';
import { describeLongDay, describeWhen } from '../../domain/describe.ts';
import { localDay, nextEditionAt } from '../../domain/next-edition.ts';
import type { Subscriber } from '../../domain/subscriber.ts';
import {
  type Confirmation,
  confirmSignUp,
  findConfirmation,
} from '../../services/confirm-sign-up.ts';
import { readTopics } from '../../services/read-topics.ts';
import { findLatestEdition } from '../../services/support/latest-edition.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage } from '../errors.ts';
import { formOf, textOf } from '../forms.ts';
import type { ConfirmView } from '../pages/index.ts';
import { TokenParams } from '../schemas.ts';
import type { App } from '../typed-app.ts';

/** The link of the confirmation mail: looking changes nothing, since scanners look; the press does. */
export async function confirmRoutes(app: App, deps: HttpDeps): Promise<void> {
  const schema = { params: TokenParams, hide: true };

  app.get('/confirm/:token', { schema }, async (request, reply) => {
    const { token } = request.params;
    const found = await findConfirmation(deps, token);
    if (found.kind !== 'open') return sendResult(deps, reply, found);
    return sendPage(reply, deps.pages.confirm(await confirmView(deps, found.subscriber)));
  });

  app.post('/confirm/:token', { schema }, async (request, reply) => {
    const { token } = request.params;
    const wantsLatest = textOf(formOf(request.body), 'latest') === 'yes';
    return sendResult(deps, reply, await confirmSignUp(deps, token, { wantsLatest }));
  });
}

async function confirmView(deps: HttpDeps, subscriber: Subscriber): Promise<ConfirmView> {
  const topics = (await readTopics(deps.db)).filter(({ slug }) => subscriber.topics.includes(slug));
  const today = localDay(deps.clock(), subscriber.timezone);
  const day = nextEditionOn(deps, subscriber, deps.clock());
  const firstEdition = day === null ? null : { day, today };
  const latest = await findLatestEdition(deps.db, subscriber, deps.clock());
  return {
    email: subscriber.email,
    preferences: subscriber,
    topics,
    firstEdition,
    latestDate: latest?.date ?? null,
  };
}

/** The day where the reader lives; null when there is none in sight. */
function nextEditionOn(
  { clock, config }: HttpDeps,
  subscriber: Subscriber,
  since: Date,
): string | null {
  const { composeAt } = config;
  const next = nextEditionAt(subscriber, { now: clock(), composeAt, since });
  return next && localDay(next, subscriber.timezone);
}

function sendResult(deps: HttpDeps, reply: FastifyReply, result: Confirmation): FastifyReply {
  const { pages, links, tokens } = deps;
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
  const next = nextEditionOn(deps, subscriber, subscriber.confirmedAt ?? deps.clock());
  const { status, pausedUntil } = subscriber;
  const page = pages.message({
    title: 'Your delivery has started',
    sentences: [
      `Papers come to ${subscriber.email} ${describeWhen(subscriber)}.`,
      ...(status === 'paused' && pausedUntil !== null
        ? [`Nothing is sent before ${describeLongDay(pausedUntil)}, as you wished.`]
        : next === null
          ? []
          : [`The next edition comes on ${describeLongDay(next)}.`]),
    ],
    links: [
      { text: 'Change what comes, and when', href: preferences },
      { text: 'Today’s papers', href: links.home },
    ],
  });
  return sendPage(reply, page);
}
