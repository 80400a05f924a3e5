import { PaperboyError } from '../../domain/errors.ts';
import { phrasesOf, type Topic } from '../../domain/topics.ts';
import { countTopicsPerWeek } from '../../services/count-topics.ts';
import { readTopic } from '../../services/read-topics.ts';
import { searchPapers } from '../../services/search-papers.ts';
import type { HttpDeps } from '../deps.ts';
import { shorten } from '../errors.ts';
import { sendPublicPage } from '../fresh.ts';
import { NUL, readPage } from '../paper-search.ts';
import { PageQuery, SlugParams } from '../schemas.ts';
import type { App } from '../typed-app.ts';

/** The topics, and each with its newest papers. */
export async function topicRoutes(app: App, deps: HttpDeps): Promise<void> {
  const { db, pages, clock } = deps;

  app.get('/topics', { schema: { hide: true } }, async (request, reply) =>
    sendPublicPage(request, reply, pages.topics({ topics: await countTopicsPerWeek(db, clock()) })),
  );

  const bySlug = { schema: { params: SlugParams, querystring: PageQuery, hide: true } };
  app.get('/topics/:slug', bySlug, async (request, reply) => {
    const topic = await requireTopic(deps, request.params.slug);
    const page = readPage(request.query.page);
    const [found, counted] = await Promise.all([
      searchPapers(db, { topic: topic.slug, page }),
      countTopicsPerWeek(db, clock()),
    ]);
    const html = pages.topic({
      topic: { ...topic, phrases: phrasesOf(topic) },
      papersPerWeek: counted.find(({ slug }) => slug === topic.slug)?.papersPerWeek ?? 0,
      papers: found.papers,
      page,
      hasNext: found.hasNext,
    });
    return sendPublicPage(request, reply, html);
  });
}

/** The topic of that slug. @throws PaperboyError `NO_TOPIC`, 404. */
export async function requireTopic({ db }: HttpDeps, slug: string): Promise<Topic> {
  const topic = slug.includes(NUL) ? null : await readTopic(db, slug);
  if (topic) return topic;
  const message = `No topic is called “${shorten(slug)}”.`;
  throw new PaperboyError('NO_TOPIC', message, { statusCode: 404 });
}
