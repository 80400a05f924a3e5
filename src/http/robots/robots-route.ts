import { readArchive } from '../../services/digests/read-archive.ts';
import { readTopics } from '../../services/topics/read-topics.ts';
import { sendConditional } from '../conditional-response.ts';
import type { HttpDeps } from '../deps.ts';
import type { TypedFastify } from '../typed-fastify.ts';
import { renderRobotsTxt } from './robots-text.ts';
import { renderSitemap } from './sitemap.ts';

/** `robots.txt` and the sitemaps. */
export async function robotRoutes(
  app: TypedFastify,
  { db, links, config }: HttpDeps,
): Promise<void> {
  const hidden = { schema: { hide: true } };

  app.get('/robots.txt', hidden, async (request, reply) =>
    sendConditional(
      request,
      reply.type('text/plain; charset=utf-8'),
      renderRobotsTxt(config.publicUrl),
    ),
  );

  app.get('/sitemap.xml', hidden, async (request, reply) => {
    const digests = await readArchive(db);
    const days = digests.filter(({ kind }) => kind === 'daily').map(({ date }) => date);
    const text = renderSitemap([
      links.home,
      `${links.home}topics`,
      ...(await readTopics(db)).map(({ slug }) => `${links.home}topics/${slug}`),
      links.digests,
      ...digests.map(({ kind, date }) => links.digest(kind, date)),
      ...days.map((date) => links.papersOn(date)),
    ]);
    return sendConditional(request, reply.type('application/xml; charset=utf-8'), text);
  });
}
