import { TOPICS_COPY } from '../../copy/en/pages/topics.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { truncateInput } from '../../domain/text/truncate.ts';
import type { Topic } from '../../domain/topics/topic.ts';
import { searchPapers } from '../../services/papers/search-papers.ts';
import { countTopicsPerWeek } from '../../services/topics/count-topics.ts';
import { readTopic } from '../../services/topics/read-topics.ts';
import { sendPublicPage } from '../conditional-response.ts';
import type { HttpDeps } from '../deps.ts';
import { parsePageNumber } from '../papers/paper-search.ts';
import { PageQuery, SlugParams } from '../schemas.ts';
import type { TypedFastify } from '../typed-fastify.ts';

/** The list of topics, and a page for each. */
export async function topicRoutes(app: TypedFastify, deps: HttpDeps): Promise<void> {
  const { db, pages, clock } = deps;

  app.get('/topics', { schema: { hide: true } }, async (request, reply) =>
    sendPublicPage(request, reply, pages.topics(await countTopicsPerWeek(db, clock()))),
  );

  const bySlug = { schema: { params: SlugParams, querystring: PageQuery, hide: true } };
  app.get('/topics/:slug', bySlug, async (request, reply) => {
    const topic = await requireTopic(deps, request.params.slug);
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

/** The topic with that slug. @throws PaperboyError `NO_TOPIC`. */
export async function requireTopic({ db }: HttpDeps, slug: string): Promise<Topic> {
  const topic = await readTopic(db, slug);
  if (topic) return topic;
  throw new PaperboyError('NO_TOPIC', TOPICS_COPY.notFound(truncateInput(slug)));
}
