import { readArchive } from '../../services/read-archive.ts';
import { readTopics } from '../../services/read-topics.ts';
import type { HttpDeps } from '../deps.ts';
import { sendFresh } from '../fresh.ts';
import { robotsText } from '../robots.ts';
import { sitemap } from '../sitemap.ts';
import type { App } from '../typed-app.ts';

/** What search engines ask for first. */
export async function robotRoutes(app: App, { db, links, config }: HttpDeps): Promise<void> {
  const hidden = { schema: { hide: true } };

  app.get('/robots.txt', hidden, async (request, reply) =>
    sendFresh(request, reply.type('text/plain; charset=utf-8'), robotsText(config.publicUrl)),
  );

  app.get('/sitemap.xml', hidden, async (request, reply) => {
    const digests = await readArchive(db);
    const days = digests.filter(({ kind }) => kind === 'daily').map(({ date }) => date);
    const text = sitemap([
      links.home,
      `${links.home}topics`,
      ...(await readTopics(db)).map(({ slug }) => `${links.home}topics/${slug}`),
      links.digests,
      ...digests.map(({ kind, date }) => links.digest(kind, date)),
      ...days.map((date) => links.papersOf(date)),
    ]);
    return sendFresh(request, reply.type('application/xml; charset=utf-8'), text);
  });
}
