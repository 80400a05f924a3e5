import { countTopics } from '../../services/count-topics.ts';
import { readOrigins, readPaper } from '../../services/read-paper.ts';
import { readTopics } from '../../services/read-topics.ts';
import { searchPapers } from '../../services/search-papers.ts';
import type { HttpDeps } from '../deps.ts';
import { paperJson } from '../paper-json.ts';
import { NUL, readSearch } from '../paper-search.ts';
import { ErrorBody, PaperJson, PaperList, PaperParams, PaperQuery, TopicList } from '../schemas.ts';
import type { App } from '../typed-app.ts';
import { noPaper } from './papers.ts';

/** Papers and topics for programs. */
export async function paperApiRoutes(app: App, { db, links }: HttpDeps): Promise<void> {
  app.get(
    '/api/papers',
    {
      schema: {
        tags: ['papers'],
        summary: 'Papers by day, topic and words',
        description:
          'The Link header tells of a further page, X-Total-Count of how many papers there are, unless there are too many to count. A search that finds more than 250 gives the newest of them. The shape is that of an import file.',
        querystring: PaperQuery,
        response: { 200: PaperList, 400: ErrorBody },
      },
    },
    async (request, reply) => {
      const search = readSearch(request.query, await readTopics(db));
      const found = await searchPapers(db, search);
      if (found.hasNext) {
        reply.header('link', nextLink(`${links.home}api/papers`, request.query, search.page + 1));
      }
      if (!found.isMore) reply.header('x-total-count', found.total);
      const origins = await readOrigins(
        db,
        found.papers.map(({ id }) => id),
      );
      return reply.send(found.papers.map((paper) => paperJson(paper, origins.get(paper.id))));
    },
  );

  app.get(
    '/api/papers/*',
    {
      schema: {
        tags: ['papers'],
        summary: 'One paper',
        params: PaperParams,
        response: { 200: PaperJson, 404: ErrorBody },
      },
    },
    async (request) => {
      const id = request.params['*'];
      const paper = id.includes(NUL) ? null : await readPaper(db, id);
      if (!paper) throw noPaper(id);
      return paperJson(paper, (await readOrigins(db, [id])).get(id));
    },
  );

  app.get(
    '/api/topics',
    {
      schema: {
        tags: ['papers'],
        summary: 'The topics that readers may follow',
        response: { 200: TopicList },
      },
    },
    async () => countTopics(db),
  );
}

/** A `Link` header (RFC 8288). */
function nextLink(base: string, query: PaperQuery, page: number): string {
  const given = Object.entries(query).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const next = new URLSearchParams([
    ...given.filter(([name]) => name !== 'page'),
    ['page', String(page)],
  ]);
  return `<${base}?${next}>; rel="next"`;
}
