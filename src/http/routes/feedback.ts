import type { FastifyReply, FastifyRequest } from 'fastify';
import { PaperboyError } from '../../domain/errors.ts';
import type { Subscriber } from '../../domain/subscriber.ts';
import type { Topic } from '../../domain/topics.ts';
import { changePreferences } from '../../services/change-preferences.ts';
import { feedbackOn, giveFeedback, takeBackFeedback } from '../../services/give-feedback.ts';
import { muteTopic, unmuteTopic } from '../../services/mute-topic.ts';
import { readTopics } from '../../services/read-topics.ts';
import { takeAnyBody } from '../any-body.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage, shorten, wantsPage } from '../errors.ts';
import { requireJudged } from '../judged-paper.ts';
import { paperLink } from '../pages/paper-links.ts';
import { requireReader } from '../readers.ts';
import { BackQuery, ReaderPaperParams, TokenSlugParams } from '../schemas.ts';
import type { App } from '../typed-app.ts';

const VERBS = ['more', 'less', 'save'] as const;

/** The links under each paper of a mail: looking changes nothing, since scanners follow every link; the
 *  press does, and can be taken back. */
export async function feedbackRoutes(app: App, deps: HttpDeps): Promise<void> {
  takeAnyBody(app);
  verbRoutes(app, deps);
  muteRoutes(app, deps);
  const ofPaper = { schema: { params: ReaderPaperParams, hide: true } };

  app.get('/feedback/:token/options/*', ofPaper, async (request, reply) => {
    const { token, '*': paperId } = request.params;
    const { reader, paper } = await requireJudged(deps, token, paperId);
    const slugs = paper.topics.map(({ slug }) => slug);
    const topics = (await readTopics(deps.db))
      .filter(({ slug }) => slugs.includes(slug))
      .map(({ slug, name }) => ({ slug, name, isMuted: reader.mutedTopics.includes(slug) }));
    const said = await feedbackOn(deps, { subscriberId: reader.id, paperId });
    return sendPage(reply, deps.pages.options({ token, paper, topics, said }));
  });

  app.get('/read/:token/*', ofPaper, async (request, reply) => {
    const { token, '*': paperId } = request.params;
    const { reader, paper } = await requireJudged(deps, token, paperId);
    const click = { subscriberId: reader.id, paperId, verb: 'click' } as const;
    if (request.method === 'GET') await giveFeedback(deps, click);
    return reply.header('x-robots-tag', 'noindex').redirect(paperLink(paper).href, 302);
  });
}

function verbRoutes(app: App, deps: HttpDeps): void {
  const { pages } = deps;
  const schema = { params: ReaderPaperParams, querystring: BackQuery, hide: true };

  for (const verb of VERBS) {
    app.get(`/feedback/:token/${verb}/*`, { schema }, async (request, reply) => {
      const { token, '*': paperId } = request.params;
      const { reader, paper } = await requireJudged(deps, token, paperId);
      const said = await feedbackOn(deps, { subscriberId: reader.id, paperId });
      const state = said.includes(verb) ? 'said' : 'asked';
      return sendPage(reply, pages.feedback({ token, verb, paper, state, terms: [] }));
    });

    app.post(`/feedback/:token/${verb}/*`, { schema }, async (request, reply) => {
      const { token, '*': paperId } = request.params;
      const { reader, paper } = await requireJudged(deps, token, paperId);
      const isBack = request.query.back === '1';
      const given = { subscriberId: reader.id, paperId, verb };
      const heard = await (isBack ? takeBackFeedback : giveFeedback)(deps, given);
      const state = isBack ? 'takenBack' : 'said';
      const terms = heard?.terms ?? [];
      return sendNoted(request, reply, pages.feedback({ token, verb, paper, state, terms }));
    });
  }
}

function muteRoutes(app: App, deps: HttpDeps): void {
  const { pages } = deps;
  const schema = { params: TokenSlugParams, querystring: BackQuery, hide: true };

  app.get('/feedback/:token/mute/:slug', { schema }, async (request, reply) => {
    const { token, slug } = request.params;
    const { reader, topic } = await requireTopic(deps, token, slug);
    const state = reader.mutedTopics.includes(slug) ? 'said' : 'asked';
    return sendPage(reply, pages.mute({ token, topic, state, wasFollowed: false }));
  });

  app.post('/feedback/:token/mute/:slug', { schema }, async (request, reply) => {
    const { token, slug } = request.params;
    const { reader, topic } = await requireTopic(deps, token, slug);
    const isBack = request.query.back === '1';
    await (isBack ? unmuteTopic : muteTopic)(deps, { subscriberId: reader.id, slug });
    if (isBack && request.query.follow === '1') {
      const follow = ({ topics }: Subscriber) => ({ topics: [...new Set([...topics, slug])] });
      await changePreferences(deps, token, follow);
    }
    const state = isBack ? 'takenBack' : 'said';
    const wasFollowed = !isBack && reader.topics.includes(slug);
    return sendNoted(request, reply, pages.mute({ token, topic, state, wasFollowed }));
  });
}

function sendNoted(request: FastifyRequest, reply: FastifyReply, html: string): FastifyReply {
  return wantsPage(request) ? sendPage(reply, html) : reply.send({ status: 'noted' });
}

async function requireTopic(
  deps: HttpDeps,
  token: string,
  slug: string,
): Promise<{ reader: Subscriber; topic: Topic }> {
  const reader = await requireReader(deps, token);
  const topic = (await readTopics(deps.db)).find((each) => each.slug === slug);
  if (topic) return { reader, topic };
  const message = `No topic is called “${shorten(slug)}”.`;
  throw new PaperboyError('NO_TOPIC', message, { statusCode: 404 });
}
