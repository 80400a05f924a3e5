import type { FastifyReply } from 'fastify';
import { PaperboyError } from '../../domain/errors.ts';
import type { TopicPaper } from '../../domain/paper.ts';
import { readTopics, searchPapers } from '../../services/read-papers.ts';
import { atomFeed } from '../atom.ts';
import type { HttpDeps } from '../deps.ts';
import { shorten } from '../errors.ts';
import { SlugParams } from '../schemas.ts';
import type { App } from '../typed-app.ts';

/** The newest papers for feed readers (RFC 4287): all, and topic by topic. */
export async function feedRoutes(app: App, deps: HttpDeps): Promise<void> {
  const { db, links, config } = deps;
  const hidden = { schema: { hide: true } };

  app.get('/feed.xml', hidden, async (_request, reply) => {
    const { papers } = await searchPapers(db, { page: 1 });
    return sendFeed(reply, deps, {
      title: config.siteName,
      path: 'feed.xml',
      page: links.home,
      papers,
    });
  });

  const ofTopic = { schema: { params: SlugParams, hide: true } };
  app.get('/topics/:slug/feed.xml', ofTopic, async (request, reply) => {
    const { slug } = request.params;
    const topic = (await readTopics(db)).find((each) => each.slug === slug);
    if (!topic) {
      const message = `No topic is called “${shorten(slug)}”.`;
      throw new PaperboyError('NO_TOPIC', message, { statusCode: 404 });
    }
    const { papers } = await searchPapers(db, { topic: slug, page: 1 });
    const title = `${config.siteName}: ${topic.name}`;
    return sendFeed(reply, deps, {
      title,
      path: `topics/${slug}/feed.xml`,
      page: `${links.home}papers?topic=${slug}`,
      papers,
    });
  });
}

function sendFeed(
  reply: FastifyReply,
  { links, clock }: HttpDeps,
  {
    title,
    path,
    page,
    papers,
  }: { title: string; path: string; page: string; papers: readonly TopicPaper[] },
): FastifyReply {
  const days = papers.map(({ listedOn }) => listedOn).sort();
  const updated = days.at(-1) ?? clock().toISOString().slice(0, 10);
  const feed = atomFeed({
    id: `${links.home}${path}`,
    title,
    page,
    updated,
    entries: papers.map((paper) => ({ paper, link: links.paper(paper.id) })),
  });
  return reply.type('application/atom+xml; charset=utf-8').send(feed);
}
