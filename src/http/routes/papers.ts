import type { FastifyReply, FastifyRequest } from 'fastify';
import { PaperboyError } from '../../domain/errors.ts';
import { bibtexOf, referenceFile, risOf } from '../../domain/reference.ts';
import { dayOf } from '../../domain/schedule.ts';
import { readDay, readNewestDay } from '../../services/read-day.ts';
import { readPaper, readPaperPage } from '../../services/read-paper.ts';
import { readTopics } from '../../services/read-topics.ts';
import { searchPapers } from '../../services/search-papers.ts';
import type { HttpDeps } from '../deps.ts';
import { shorten } from '../errors.ts';
import { sendFresh, sendPublicPage } from '../fresh.ts';
import { dayView, EMPTY_COUPON, frontView } from '../front-view.ts';
import { NUL, readSearch } from '../paper-search.ts';
import { FrontQuery, PaperParams, PaperQuery } from '../schemas.ts';
import type { App } from '../typed-app.ts';

/** The day's papers, lists, search and single papers. */
export async function paperRoutes(app: App, deps: HttpDeps): Promise<void> {
  const { db, pages, clock } = deps;

  const front = { schema: { querystring: FrontQuery, hide: true } };
  app.get('/', front, async (request, reply) => {
    const { topic } = request.query;
    const view = await frontView(deps, { ...EMPTY_COUPON, topics: topic ? [topic] : [] });
    return sendPublicPage(request, reply, pages.front(view));
  });

  const searched = { schema: { querystring: PaperQuery, hide: true } };
  app.get('/papers', searched, async (request, reply) => {
    const topics = await readTopics(db);
    const search = readSearch(request.query, topics);
    const { date, topic, text, page } = search;
    const [found, day] = await Promise.all([
      searchPapers(db, search),
      date === undefined || text !== undefined ? null : readDay(db, date),
    ]);
    const html = pages.papers({
      ...found,
      page,
      date: date ?? null,
      topic: topics.find(({ slug }) => slug === topic) ?? null,
      q: text ?? null,
      allTopics: topics,
      latest: found.total === 0 ? await latestDay(deps, topic) : null,
      day: day && dayView(day, dayOf(clock())),
    });
    return sendPublicPage(request, reply, html);
  });

  const byId = { schema: { params: PaperParams, hide: true } };
  app.get('/papers/*', byId, async (request, reply) => {
    const id = request.params['*'];
    if (await sendReference(deps, request, reply, id)) return reply;
    const found = id.includes(NUL) ? null : await readPaperPage(db, id);
    if (!found) throw noPaper(id);
    return sendPublicPage(request, reply, pages.paper({ ...found, topics: await readTopics(db) }));
  });
}

/** The error for an id that no paper has. */
export function noPaper(id: string): PaperboyError {
  const message = `No paper has the id “${shorten(id)}”.`;
  return new PaperboyError('NO_PAPER', message, { statusCode: 404 });
}

const REFERENCES = {
  bib: { type: 'application/x-bibtex; charset=utf-8', write: bibtexOf },
  ris: { type: 'application/x-research-info-systems; charset=utf-8', write: risOf },
} as const;

/** Sends the reference of a paper as a file, when the path is its id with such an ending. */
async function sendReference(
  { db, links }: HttpDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
): Promise<boolean> {
  const [, id, ending] = /^([^\0]+)\.(bib|ris)$/.exec(path) ?? [];
  const paper = id === undefined ? null : await readPaper(db, id);
  if (paper === null) return false;
  const { type, write } = REFERENCES[ending === 'bib' ? 'bib' : 'ris'];
  const file = referenceFile(paper.id, ending ?? '');
  reply.type(type).header('content-disposition', `attachment; filename="${file}"`);
  sendFresh(request, reply, write(paper, paper.url ?? links.paper(paper.id)));
  return true;
}

async function latestDay({ db, clock }: HttpDeps, topic: string | undefined) {
  const latest = await readNewestDay(db, clock());
  if (latest === null) return null;
  const onTopic = latest.topics.find(({ slug }) => slug === topic)?.count ?? null;
  return { day: latest.day, isToday: latest.day === dayOf(clock()), count: latest.total, onTopic };
}
