import { readPaper, readPaperOrigins } from '../../services/papers/read-paper.ts';
import { searchPapers } from '../../services/papers/search-papers.ts';
import { countTopics } from '../../services/topics/count-topics.ts';
import { readTopics } from '../../services/topics/read-topics.ts';
import type { HttpDeps } from '../deps.ts';
import { ErrorJson, PaperJson, PaperList, PaperParams, PaperQuery, TopicList } from '../schemas.ts';
import type { TypedFastify } from '../typed-fastify.ts';
import { toPaperJson } from './paper-json.ts';
import { parsePaperQuery } from './paper-search.ts';
import { createPaperNotFoundError } from './papers.ts';

/** The JSON API of papers and topics. */
export async function paperApiRoutes(app: TypedFastify, { db, links }: HttpDeps): Promise<void> {
  app.get(
    '/api/papers',
    {
      schema: {
        tags: ['papers'],
        summary: 'Papers by day, topic and text',
        description:
          'The Link header has the next page, X-Total-Count the number of papers unless there are too many to count. A search with more than 250 results returns the newest of them. Papers have the format of an import file.',
        querystring: PaperQuery,
        response: { 200: PaperList, 400: ErrorJson },
      },
    },
    async (request, reply) => {
      const search = parsePaperQuery(request.query, await readTopics(db));
      const found = await searchPapers(db, search);
      if (found.hasNext) {
        reply.header(
          'link',
          buildNextPageLink(`${links.home}api/papers`, request.query, search.page + 1),
        );
      }
      if (!found.isTruncated) reply.header('x-total-count', found.total);
      const origins = await readPaperOrigins(
        db,
        found.papers.map(({ id }) => id),
      );
      return reply.send(found.papers.map((paper) => toPaperJson(paper, origins.get(paper.id))));
    },
  );

  app.get(
    '/api/papers/*',
    {
      schema: {
        tags: ['papers'],
        summary: 'One paper',
        params: PaperParams,
        response: { 200: PaperJson, 404: ErrorJson },
      },
    },
    async (request) => {
      const id = request.params['*'];
      const paper = await readPaper(db, id);
      if (!paper) throw createPaperNotFoundError(id);
      return toPaperJson(paper, (await readPaperOrigins(db, [id])).get(id));
    },
  );

  app.get(
    '/api/topics',
    {
      schema: {
        tags: ['papers'],
        summary: 'The topics that can be followed',
        response: { 200: TopicList },
      },
    },
    async () => countTopics(db),
  );
}

/** A `Link` header (RFC 8288). */
function buildNextPageLink(base: string, query: PaperQuery, page: number): string {
  const given = Object.entries(query).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const next = new URLSearchParams([
    ...given.filter(([name]) => name !== 'page'),
    ['page', String(page)],
  ]);
  return `<${base}?${next}>; rel="next"`;
}
