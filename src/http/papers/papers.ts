import type { FastifyReply, FastifyRequest } from 'fastify';
import { PAPERS_COPY } from '../../copy/en/pages/papers.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { citationFileName, formatBibtex, formatRis } from '../../domain/papers/citation.ts';
import { truncateInput } from '../../domain/text/truncate.ts';
import { toUtcDay } from '../../domain/time/schedule.ts';
import { readDayOverview, readNewestDay } from '../../services/papers/read-day.ts';
import { readPaper, readPaperDetails } from '../../services/papers/read-paper.ts';
import { searchPapers } from '../../services/papers/search-papers.ts';
import { readTopics } from '../../services/topics/read-topics.ts';
import { sendConditional, sendPublicPage } from '../conditional-response.ts';
import type { HttpDeps } from '../deps.ts';
import { FrontQuery, PaperParams, PaperQuery } from '../schemas.ts';
import type { TypedFastify } from '../typed-fastify.ts';
import { EMPTY_SIGNUP, readFrontView } from './front-view.ts';
import { parsePaperQuery } from './paper-search.ts';

/** The front page, lists of papers, search and single papers. */
export async function paperRoutes(app: TypedFastify, deps: HttpDeps): Promise<void> {
  const { db, pages, clock } = deps;

  const front = { schema: { querystring: FrontQuery, hide: true } };
  app.get('/', front, async (request, reply) => {
    const { topic } = request.query;
    const view = await readFrontView(deps, { ...EMPTY_SIGNUP, topics: topic ? [topic] : [] });
    return sendPublicPage(request, reply, pages.front(view));
  });

  const searched = { schema: { querystring: PaperQuery, hide: true } };
  app.get('/papers', searched, async (request, reply) => {
    const topics = await readTopics(db);
    const search = parsePaperQuery(request.query, topics);
    const { date, topic, text, page } = search;
    const [found, day] = await Promise.all([
      searchPapers(db, search),
      date === undefined || text !== undefined ? null : readDayOverview(db, date),
    ]);
    const html = pages.papers({
      ...found,
      page,
      date: date ?? null,
      topic: topics.find(({ slug }) => slug === topic) ?? null,
      q: text ?? null,
      allTopics: topics,
      latest: found.total === 0 ? await readNewestDay(db, clock()) : null,
      day,
      today: toUtcDay(clock()),
    });
    return sendPublicPage(request, reply, html);
  });

  const byId = { schema: { params: PaperParams, hide: true } };
  app.get('/papers/*', byId, async (request, reply) => {
    const id = request.params['*'];
    if (await sendCitation(deps, request, reply, id)) return reply;
    const found = await readPaperDetails(db, id);
    if (!found) throw createPaperNotFoundError(id);
    return sendPublicPage(request, reply, pages.paper({ ...found, topics: await readTopics(db) }));
  });
}

/** For an id that no paper has. */
export function createPaperNotFoundError(id: string): PaperboyError {
  return new PaperboyError('NO_PAPER', PAPERS_COPY.paper.notFound(truncateInput(id)));
}

const CITATION_FORMATS = {
  bib: { type: 'application/x-bibtex; charset=utf-8', write: formatBibtex },
  ris: { type: 'application/x-research-info-systems; charset=utf-8', write: formatRis },
} as const;

/** Sends a paper's citation as a file when the path is its id with `.bib` or `.ris`. Returns
 *  whether it did. */
async function sendCitation(
  { db, links }: HttpDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
): Promise<boolean> {
  const [, id, extension] = /^([^\0]+)\.(bib|ris)$/.exec(path) ?? [];
  const paper = id === undefined ? null : await readPaper(db, id);
  if (paper === null) return false;
  const { type, write } = CITATION_FORMATS[extension === 'bib' ? 'bib' : 'ris'];
  const file = citationFileName(paper.id, extension ?? '');
  reply.type(type).header('content-disposition', `attachment; filename="${file}"`);
  sendConditional(request, reply, write(paper, paper.url ?? links.paper(paper.id)));
  return true;
}
