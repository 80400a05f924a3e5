import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import type { Topic } from '../../domain/topics/topic.ts';
import {
  giveFeedback,
  listFeedbackOn,
  undoFeedback,
} from '../../services/feedback/give-feedback.ts';
import { muteTopic, unmuteTopic } from '../../services/subscribers/mute-topic.ts';
import { readTopics, requireTopic } from '../../services/topics/read-topics.ts';
import { acceptAnyBody } from '../accept-any-body.ts';
import type { HttpDeps } from '../deps.ts';
import { acceptsHtml, sendPage } from '../errors.ts';
import { linkToSource } from '../papers/paper-links.ts';
import { TokenPaperParams, TokenSlugParams, UndoQuery } from '../schemas.ts';
import { requireSubscriber } from '../subscribers/require-subscriber.ts';
import type { TypedFastify } from '../typed-fastify.ts';
import { requireRatedPaper } from './rated-paper.ts';

const EXPLICIT_VERBS = ['more', 'less', 'save'] as const;

/** The links under each paper of a mail. A GET changes nothing, since mail scanners follow every
 *  link; the POST does, and can be undone. */
export async function feedbackRoutes(app: TypedFastify, deps: HttpDeps): Promise<void> {
  acceptAnyBody(app);
  verbRoutes(app, deps);
  muteRoutes(app, deps);
  const ofPaper = { schema: { params: TokenPaperParams, hide: true } };

  app.get('/feedback/:token/options/*', ofPaper, async (request, reply) => {
    const { token, '*': paperId } = request.params;
    const { subscriber, paper } = await requireRatedPaper(deps, token, paperId);
    const slugs = paper.topics.map(({ slug }) => slug);
    const topics = (await readTopics(deps.db, slugs)).map(({ slug, name }) => ({
      slug,
      name,
      isMuted: subscriber.mutedTopics.includes(slug),
    }));
    const givenVerbs = await listFeedbackOn(deps, { subscriberId: subscriber.id, paperId });
    return sendPage(reply, deps.pages.feedbackOptions({ token, paper, topics, givenVerbs }));
  });

  app.get('/read/:token/*', ofPaper, async (request, reply) => {
    const { token, '*': paperId } = request.params;
    const { subscriber, paper } = await requireRatedPaper(deps, token, paperId);
    const click = { subscriberId: subscriber.id, paperId, verb: 'click' } as const;
    if (request.method === 'GET') await giveFeedback(deps, click);
    return reply.header('x-robots-tag', 'noindex').redirect(linkToSource(paper).href, 302);
  });
}

function verbRoutes(app: TypedFastify, deps: HttpDeps): void {
  const { pages } = deps;
  const schema = { params: TokenPaperParams, querystring: UndoQuery, hide: true };

  for (const verb of EXPLICIT_VERBS) {
    app.get(`/feedback/:token/${verb}/*`, { schema }, async (request, reply) => {
      const { token, '*': paperId } = request.params;
      const { subscriber, paper } = await requireRatedPaper(deps, token, paperId);
      const givenVerbs = await listFeedbackOn(deps, { subscriberId: subscriber.id, paperId });
      const state = givenVerbs.includes(verb) ? 'given' : 'unconfirmed';
      return sendPage(reply, pages.feedback({ token, verb, paper, state, terms: [] }));
    });

    app.post(`/feedback/:token/${verb}/*`, { schema }, async (request, reply) => {
      const { token, '*': paperId } = request.params;
      const { subscriber, paper } = await requireRatedPaper(deps, token, paperId);
      const isUndo = request.query.back === '1';
      const explicitFeedback = { subscriberId: subscriber.id, paperId, verb };
      const result = await (isUndo ? undoFeedback : giveFeedback)(deps, explicitFeedback);
      const state = isUndo ? 'undone' : 'given';
      const terms = result?.terms ?? [];
      return sendRecorded(request, reply, pages.feedback({ token, verb, paper, state, terms }));
    });
  }
}

function muteRoutes(app: TypedFastify, deps: HttpDeps): void {
  const { pages } = deps;
  const schema = { params: TokenSlugParams, querystring: UndoQuery, hide: true };

  app.get('/feedback/:token/mute/:slug', { schema }, async (request, reply) => {
    const { token, slug } = request.params;
    const { subscriber, topic } = await requireSubscriberAndTopic(deps, token, slug);
    const state = subscriber.mutedTopics.includes(slug) ? 'given' : 'unconfirmed';
    return sendPage(reply, pages.mute({ token, topic, state, wasFollowed: false }));
  });

  app.post('/feedback/:token/mute/:slug', { schema }, async (request, reply) => {
    const { token, slug } = request.params;
    const { subscriber, topic } = await requireSubscriberAndTopic(deps, token, slug);
    const isUndo = request.query.back === '1';
    const isFollowed = request.query.follow === '1';
    const mute = { subscriberId: subscriber.id, slug };
    await (isUndo ? unmuteTopic(deps, { ...mute, isFollowed }) : muteTopic(deps, mute));
    const state = isUndo ? 'undone' : 'given';
    const wasFollowed = !isUndo && subscriber.topics.includes(slug);
    return sendRecorded(request, reply, pages.mute({ token, topic, state, wasFollowed }));
  });
}

function sendRecorded(request: FastifyRequest, reply: FastifyReply, html: string): FastifyReply {
  return acceptsHtml(request) ? sendPage(reply, html) : reply.send({ status: 'noted' });
}

async function requireSubscriberAndTopic(
  deps: HttpDeps,
  token: string,
  slug: string,
): Promise<{ subscriber: Subscriber; topic: Topic }> {
  const subscriber = await requireSubscriber(deps, token);
  return { subscriber, topic: await requireTopic(deps.db, slug) };
}
