import type { FastifyReply } from 'fastify';
import { describeDigestSchedule, formatLongDate } from '../../copy/en/format.ts';
import { CONFIRM_COPY } from '../../copy/en/pages/confirm.ts';
import { LAYOUT_COPY } from '../../copy/en/pages/layout.ts';
import { LIBRARY_COPY } from '../../copy/en/pages/library.ts';
import { localDayOf, nextDigestSendAt } from '../../domain/digests/next-digest.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import { findSendableDigest } from '../../services/digests/latest-digest.ts';
import { listExamples } from '../../services/feedback/example-papers.ts';
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

/** The link in a confirmation e-mail. A GET changes nothing, since mail scanners follow links;
 *  the POST confirms. */
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
  const topics = await readTopics(deps.db, subscriber.topics);
  const mutedTopics = await readTopics(deps.db, subscriber.mutedTopics);
  const today = localDayOf(deps.clock(), subscriber.timezone);
  const day = findNextDigestDay(deps, subscriber, deps.clock());
  const firstDigest = day === null ? null : { day, today };
  const latest = await findSendableDigest(deps.db, subscriber, deps.clock());
  return {
    subscriber,
    topics,
    mutedTopics,
    firstDigest,
    latestDate: latest?.date ?? null,
  };
}

/** The day of the next digest in the subscriber's time zone; null when none is scheduled. */
function findNextDigestDay(
  { clock, config }: HttpDeps,
  subscriber: Subscriber,
  since: Date,
): string | null {
  const { composeAt } = config;
  const nextDigest = nextDigestSendAt(subscriber, { now: clock(), composeAt, activeSince: since });
  return nextDigest && localDayOf(nextDigest, subscriber.timezone);
}

async function sendConfirmationResult(
  deps: HttpDeps,
  reply: FastifyReply,
  result: Confirmation,
): Promise<FastifyReply> {
  const { pages, links, tokens } = deps;
  const signUpAgainLinks = [{ text: CONFIRM_COPY.signUpAgain, href: `${links.home}#sign-up` }];
  if (result.kind === 'expired') {
    return sendPage(
      reply,
      pages.message({ ...CONFIRM_COPY.expired, links: signUpAgainLinks }),
      410,
    );
  }
  if (result.kind === 'unknown' || result.kind === 'open') {
    return sendPage(
      reply,
      pages.message({ ...CONFIRM_COPY.unknown, links: signUpAgainLinks }),
      404,
    );
  }
  const { subscriber } = result;
  if (subscriber.status === 'unsubscribed') {
    return sendPage(
      reply,
      pages.message({ ...CONFIRM_COPY.unsubscribed, links: signUpAgainLinks }),
    );
  }
  const token = tokens.seal({ kind: 'subscriber', subscriberId: subscriber.id });
  const { title, settings } = CONFIRM_COPY.subscribed;
  const sentences = describeSubscription(deps, subscriber);
  const papers = await listExamples(deps, subscriber);
  if (papers.length > 0)
    return sendPage(reply, pages.examples({ token, title, sentences, papers, problem: null }));
  const page = pages.message({
    title,
    sentences,
    links: [
      { text: settings, href: links.preferences(token) },
      { text: LIBRARY_COPY.title, href: links.library(token) },
      { text: LAYOUT_COPY.todaysPapers, href: links.home },
    ],
  });
  return sendPage(reply, page);
}

function describeSubscription(deps: HttpDeps, subscriber: Subscriber): string[] {
  const copy = CONFIRM_COPY.subscribed;
  const { email, status, pausedUntil } = subscriber;
  const schedule = copy.schedule({ email, schedule: describeDigestSchedule(subscriber) });
  if (status === 'paused' && pausedUntil !== null) {
    return [schedule, copy.pausedUntil(formatLongDate(pausedUntil))];
  }
  const nextDigest = findNextDigestDay(deps, subscriber, subscriber.confirmedAt ?? deps.clock());
  return nextDigest === null ? [schedule] : [schedule, copy.nextDigest(formatLongDate(nextDigest))];
}
