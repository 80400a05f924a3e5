import { PaperboyError } from '../../domain/errors.ts';
import { dayOf, isDay } from '../../domain/schedule.ts';
import type { Topic } from '../../domain/topics.ts';
import { countTopics } from '../../services/count-topics.ts';
import {
  type FoundPapers,
  type PaperSearch,
  readLatestDay,
  readPaperById,
  readTopics,
  searchPapers,
} from '../../services/read-papers.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage, shorten } from '../errors.ts';
import { frontView } from '../front-view.ts';
import { paperJson } from '../paper-json.ts';
import { ErrorBody, PaperJson, PaperList, PaperParams, PaperQuery, TopicList } from '../schemas.ts';
import type { App } from '../typed-app.ts';

/** The day's papers, lists, search and single papers, as pages and as JSON. */
export async function paperRoutes(app: App, deps: HttpDeps): Promise<void> {
  const { db, pages, links } = deps;
  const hidden = { schema: { hide: true } };

  app.get('/', hidden, async (_request, reply) =>
    sendPage(reply, pages.front(await frontView(deps))),
  );

  app.get(
    '/papers',
    { schema: { querystring: PaperQuery, hide: true } },
    async (request, reply) => {
      const topics = await readTopics(db);
      const search = readSearch(request.query, topics);
      const found = await searchPapers(db, search);
      const topic = topics.find(({ slug }) => slug === search.topic) ?? null;
      const html = pages.papers({
        ...found,
        page: search.page,
        date: search.date ?? null,
        topic,
        q: search.text ?? null,
        allTopics: topics,
        latest: found.total === 0 ? await latestDay(deps, search.topic) : null,
      });
      return sendPage(reply, html);
    },
  );

  const byId = { schema: { params: PaperParams, hide: true } };
  app.get('/papers/*', byId, async (request, reply) => {
    const found = await requirePaper(deps, request.params['*']);
    const names = new Map((await readTopics(db)).map(({ slug, name }) => [slug, name]));
    const topics = found.paper.topics.map(({ slug }) => ({ slug, name: names.get(slug) ?? slug }));
    return sendPage(reply, pages.paper({ ...found, topics }));
  });

  app.get(
    '/api/papers',
    {
      schema: {
        tags: ['papers'],
        summary: 'Papers by day, topic and words',
        description:
          'Link and X-Total-Count headers tell of further pages. The shape is that of an import file.',
        querystring: PaperQuery,
        response: { 200: PaperList, 400: ErrorBody },
      },
    },
    async (request, reply) => {
      const query = request.query;
      const search = readSearch(query, await readTopics(db));
      const found = await searchPapers(db, search);
      const next = nextLink(`${links.home}api/papers`, query, search, found);
      if (next !== null) reply.header('link', next);
      return reply.header('x-total-count', found.total).send(found.papers.map(paperJson));
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
    async (request) => paperJson((await requirePaper(deps, request.params['*'])).paper),
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

async function requirePaper({ db }: HttpDeps, id: string) {
  const found = id.includes(NUL) ? null : await readPaperById(db, id);
  if (found) return found;
  const message = `No paper has the id “${shorten(id)}”.`;
  throw new PaperboyError('NO_PAPER', message, { statusCode: 404 });
}

/** The one character that PostgreSQL cannot hold in a text. */
const NUL = '\0';

/** @throws PaperboyError `INVALID_QUERY` naming the value and what was expected. */
function readSearch({ date, topic, q, page }: PaperQuery, topics: readonly Topic[]): PaperSearch {
  const text = q?.replaceAll(NUL, ' ').trim();
  if (date && !isDay(date)) refuse('date', date, 'a day such as 2026-05-08');
  if (topic && !topics.some(({ slug }) => slug === topic)) {
    refuse('topic', topic, `one of ${topics.map(({ slug }) => slug).join(', ')}`);
  }
  if (page && !/^[1-9]\d{0,5}$/.test(page)) {
    refuse('page', page, 'a whole number from 1 to 999999');
  }
  return {
    ...(date && { date }),
    ...(topic && { topic }),
    ...(text && { text }),
    page: Number(page || 1),
  };
}

function refuse(name: string, value: string, expected: string): never {
  throw new PaperboyError('INVALID_QUERY', `${name} is “${shorten(value)}”: expected ${expected}.`);
}

/** The `Link` header to the next page (RFC 8288), or null on the last one. */
function nextLink(
  base: string,
  query: PaperQuery,
  { page }: PaperSearch,
  { pages }: FoundPapers,
): string | null {
  if (page >= pages) return null;
  const given = Object.entries(query).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const next = new URLSearchParams([
    ...given.filter(([name]) => name !== 'page'),
    ['page', String(page + 1)],
  ]);
  return `<${base}?${next}>; rel="next"`;
}

async function latestDay({ db, clock }: HttpDeps, topic: string | undefined) {
  const latest = await readLatestDay(db, clock());
  if (latest.isEmpty) return null;
  const onTopic = latest.topics.find(({ slug }) => slug === topic)?.count ?? null;
  return { day: latest.day, isToday: latest.day === dayOf(clock()), count: latest.total, onTopic };
}
