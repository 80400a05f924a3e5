import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TopicPaper } from '../../domain/paper.ts';
import { readLastChange } from '../../services/read-paper.ts';
import { searchPapers } from '../../services/search-papers.ts';
import { atomFeed } from '../atom.ts';
import type { HttpDeps } from '../deps.ts';
import { sendFresh } from '../fresh.ts';
import { SlugParams } from '../schemas.ts';
import type { App } from '../typed-app.ts';
import { requireTopic } from './topics.ts';

/** The newest papers for feed readers (RFC 4287): all, and topic by topic. */
export async function feedRoutes(app: App, deps: HttpDeps): Promise<void> {
  const { db, links, config } = deps;

  app.get('/feed.xml', { schema: { hide: true } }, async (request, reply) => {
    const { papers } = await searchPapers(db, { page: 1 });
    const about = { title: config.siteName, path: 'feed.xml', page: links.home, papers };
    return sendFeed(request, reply, deps, about);
  });

  const ofTopic = { schema: { params: SlugParams, hide: true } };
  app.get('/topics/:slug/feed.xml', ofTopic, async (request, reply) => {
    const { slug, name } = await requireTopic(deps, request.params.slug);
    const { papers } = await searchPapers(db, { topic: slug, page: 1 });
    return sendFeed(request, reply, deps, {
      title: `${config.siteName}: ${name}`,
      path: `topics/${slug}/feed.xml`,
      page: `${links.home}topics/${slug}`,
      papers,
    });
  });
}

interface About {
  title: string;
  /** Below the site. */
  path: string;
  /** The page that shows the same. */
  page: string;
  papers: readonly TopicPaper[];
}

async function sendFeed(
  request: FastifyRequest,
  reply: FastifyReply,
  { db, links, clock }: HttpDeps,
  { title, path, page, papers }: About,
): Promise<FastifyReply> {
  const days = papers.map(({ listedOn }) => listedOn).sort();
  const feed = atomFeed({
    id: `${links.home}${path}`,
    title,
    page,
    updated: days.at(-1) ?? clock().toISOString().slice(0, 10),
    entries: papers.map((paper) => ({ paper, link: links.paper(paper.id) })),
  });
  const changedAt = await readLastChange(
    db,
    papers.map(({ id }) => id),
  );
  return sendFresh(request, reply.type('application/atom+xml; charset=utf-8'), feed, changedAt);
}
