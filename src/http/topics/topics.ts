import { isOffered } from '../../domain/topics/topic.ts';
import { searchPapers } from '../../services/papers/search-papers.ts';
import { countTopicsPerWeek } from '../../services/topics/count-topics.ts';
import { requireTopic } from '../../services/topics/read-topics.ts';
import { sendPublicPage } from '../conditional-response.ts';
import type { HttpDeps } from '../deps.ts';
import { parsePageNumber } from '../papers/paper-search.ts';
import { PageQuery, SlugParams } from '../schemas.ts';
import type { TypedFastify } from '../typed-fastify.ts';

/** The list of topics, and a page for each. */
export async function topicRoutes(app: TypedFastify, deps: HttpDeps): Promise<void> {
  const { db, pages, clock } = deps;

  app.get('/topics', { schema: { hide: true } }, async (request, reply) =>
    sendPublicPage(
      request,
      reply,
      pages.topics((await countTopicsPerWeek(db, clock())).filter(isOffered)),
    ),
  );

  const bySlug = { schema: { params: SlugParams, querystring: PageQuery, hide: true } };
  app.get('/topics/:slug', bySlug, async (request, reply) => {
    const topic = await requireTopic(db, request.params.slug);
    const page = parsePageNumber(request.query.page);
    const [found, counted] = await Promise.all([
      searchPapers(db, { topic: topic.slug, page }),
      countTopicsPerWeek(db, clock()),
    ]);
    const html = pages.topic({
      topic,
      papersPerWeek: counted.find(({ slug }) => slug === topic.slug)?.papersPerWeek ?? 0,
      papers: found.papers,
      page,
      hasNext: found.hasNext,
    });
    return sendPublicPage(request, reply, html);
  });
}
