import type { FastifyReply } from 'fastify';
import { localDayOf, nextDigestSendAt } from '../../domain/digests/next-digest.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import { describeDigestSchedule, formatLongDate } from '../../domain/text/format.ts';
import { findSendableDigest } from '../../services/digests/latest-digest.ts';
import {
  type Confirmation,
  confirmSignUp,
  findConfirmation,
} from '../../services/subscribers/confirm-sign-up.ts';
import { readTopics } from '../../services/topics/read-topics.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage } from '../errors.ts';
import { readFieldText, readFormBody } from '../form-body.ts';
import type { ConfirmView } from '../pages/index.ts';
import { TokenParams } from '../schemas.ts';
import type { TypedFastify } from '../typed-fastify.ts';

/** The link of the confirmation mail: looking changes nothing, since scanners look; the press does. */
export async function confirmRoutes(app: TypedFastify, deps: HttpDeps): Promise<void> {
  const schema = { params: TokenParams, hide: true };

  app.get('/confirm/:token', { schema }, async (request, reply) => {
    const { token } = request.params;
    const found = await findConfirmation(deps, token);
    if (found.kind !== 'open') return sendConfirmationResult(deps, reply, found);
    return sendPage(reply, deps.pages.confirm(await readConfirmView(deps, found.subscriber)));
  });

  app.post('/confirm/:token', { schema }, async (request, reply) => {
    const { token } = request.params;
    const wantsLatest = readFieldText(readFormBody(request.body), 'latest') === 'yes';
    return sendConfirmationResult(deps, reply, await confirmSignUp(deps, token, { wantsLatest }));
  });
}

async function readConfirmView(deps: HttpDeps, subscriber: Subscriber): Promise<ConfirmView> {
  const topics = (await readTopics(deps.db)).filter(({ slug }) => subscriber.topics.includes(slug));
  const today = localDayOf(deps.clock(), subscriber.timezone);
  const day = findNextDigestDay(deps, subscriber, deps.clock());
  const firstDigest = day === null ? null : { day, today };
  const latest = await findSendableDigest(deps.db, subscriber, deps.clock());
  return {
    email: subscriber.email,
    preferences: subscriber,
    topics,
    firstDigest,
    latestDate: latest?.date ?? null,
  };
}

/** The day where the reader lives; null when there is none in sight. */
function findNextDigestDay(
  { clock, config }: HttpDeps,
  subscriber: Subscriber,
  since: Date,
): string | null {
  const { composeAt } = config;
  const nextDigest = nextDigestSendAt(subscriber, { now: clock(), composeAt, activeSince: since });
  return nextDigest && localDayOf(nextDigest, subscriber.timezone);
}

function sendConfirmationResult(
  deps: HttpDeps,
  reply: FastifyReply,
  result: Confirmation,
): FastifyReply {
  const { pages, links, tokens } = deps;
  const signUpAgainLinks = [{ text: 'Sign up again', href: `${links.home}#coupon` }];
  if (result.kind === 'expired') {
    const sentences = [
      'This link has expired. Nothing was lost: sign up once more, and a new one comes.',
    ];
    return sendPage(
      reply,
      pages.message({ title: 'This link is over', sentences, links: signUpAgainLinks }),
      410,
    );
  }
  if (result.kind === 'unknown' || result.kind === 'open') {
    const sentences = [
      'There is no such link. It may have been cut by your mail program: copy the whole of it.',
    ];
    return sendPage(
      reply,
      pages.message({ title: 'Not here', sentences, links: signUpAgainLinks }),
      404,
    );
  }
  const { subscriber } = result;
  const preferences = links.preferences(tokens.seal({ digestId: 0, subscriberId: subscriber.id }));
  if (subscriber.status === 'unsubscribed') {
    const sentences = ['This link was used before, and the delivery has been stopped since.'];
    return sendPage(
      reply,
      pages.message({ title: 'The delivery has stopped', sentences, links: signUpAgainLinks }),
    );
  }
  const nextDigest = findNextDigestDay(deps, subscriber, subscriber.confirmedAt ?? deps.clock());
  const { status, pausedUntil } = subscriber;
  const page = pages.message({
    title: 'Your delivery has started',
    sentences: [
      `Papers come to ${subscriber.email} ${describeDigestSchedule(subscriber)}.`,
      ...(status === 'paused' && pausedUntil !== null
        ? [`Nothing is sent before ${formatLongDate(pausedUntil)}, as you wished.`]
        : nextDigest === null
          ? []
          : [`The next edition comes on ${formatLongDate(nextDigest)}.`]),
    ],
    links: [
      { text: 'Change what comes, and when', href: preferences },
      { text: 'Today’s papers', href: links.home },
    ],
  });
  return sendPage(reply, page);
}
