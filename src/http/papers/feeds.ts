import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TopicPaper } from '../../domain/papers/paper.ts';
import { findLastChange } from '../../services/papers/read-paper.ts';
import { searchPapers } from '../../services/papers/search-papers.ts';
import { requireTopic } from '../../services/topics/read-topics.ts';
import { renderAtomFeed } from '../atom-feed.ts';
import { sendConditional } from '../conditional-response.ts';
import type { HttpDeps } from '../deps.ts';
import { SlugParams } from '../schemas.ts';
import type { TypedFastify } from '../typed-fastify.ts';

/** Atom feeds of the newest papers (RFC 4287): one for all papers, one for each topic. */
export async function feedRoutes(app: TypedFastify, deps: HttpDeps): Promise<void> {
  const { db, links, config } = deps;

  app.get('/feed.xml', { schema: { hide: true } }, async (request, reply) => {
    const { papers } = await searchPapers(db, { page: 1 });
    const feedPage = { title: config.siteName, path: 'feed.xml', page: links.home, papers };
    return sendFeed(request, reply, deps, feedPage);
  });

  const ofTopic = { schema: { params: SlugParams, hide: true } };
  app.get('/topics/:slug/feed.xml', ofTopic, async (request, reply) => {
    const { slug, name } = await requireTopic(db, request.params.slug);
    const { papers } = await searchPapers(db, { topic: slug, page: 1 });
    return sendFeed(request, reply, deps, {
      title: `${config.siteName}: ${name}`,
      path: `topics/${slug}/feed.xml`,
      page: `${links.home}topics/${slug}`,
      papers,
    });
  });
}

interface FeedPage {
  title: string;
  /** The path of the feed, without a leading slash. */
  path: string;
  /** The URL of the page with the same papers. */
  page: string;
  papers: readonly TopicPaper[];
}

async function sendFeed(
  request: FastifyRequest,
  reply: FastifyReply,
  { db, links, clock }: HttpDeps,
  { title, path, page, papers }: FeedPage,
): Promise<FastifyReply> {
  const days = papers.map(({ listedOn }) => listedOn).sort();
  const feed = renderAtomFeed({
    id: `${links.home}${path}`,
    title,
    pageUrl: page,
    updated: days.at(-1) ?? clock().toISOString().slice(0, 10),
    entries: papers.map((paper) => ({ paper, link: links.paper(paper.id) })),
  });
  const changedAt = await findLastChange(
    db,
    papers.map(({ id }) => id),
  );
  return sendConditional(
    request,
    reply.type('application/atom+xml; charset=utf-8'),
    feed,
    changedAt,
  );
}
