import type { DigestSummary } from '../../db/digests.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { isDay } from '../../domain/schedule.ts';
import { readArchive, readArchiveMonth } from '../../services/read-archive.ts';
import { type ArchivedDigest, readDigest } from '../../services/read-digest.ts';
import { viewDelivery } from '../../services/view-delivery.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage, shorten } from '../errors.ts';
import { sendPublicPage } from '../fresh.ts';
import { MOST_PAPERS } from '../pages/index.ts';
import { paperJson } from '../paper-json.ts';
import { readMonth } from '../paper-search.ts';
import {
  DateParams,
  DigestList,
  DigestQuery,
  DigestWithPapers,
  ErrorBody,
  MonthQuery,
  TokenParams,
} from '../schemas.ts';
import type { App } from '../typed-app.ts';

/** The archive, and each reader's own digest on the web. */
export async function digestRoutes(app: App, deps: HttpDeps): Promise<void> {
  const { db, pages, tokens, usableAfterDays } = deps;
  const dated = { params: DateParams, querystring: DigestQuery };

  const monthly = { schema: { querystring: MonthQuery, hide: true } };
  app.get('/digests', monthly, async (request, reply) => {
    const archive = await readArchiveMonth(db, readMonth(request.query.month));
    return sendPublicPage(request, reply, pages.digests(archive));
  });

  app.get('/digests/:date', { schema: { ...dated, hide: true } }, async (request, reply) => {
    const { params, query } = request;
    const { digest, ...rest } = await requireDigest(deps, params, query, MOST_PAPERS);
    const { kind, date, number, papers: total } = digest;
    return sendPublicPage(request, reply, pages.digest({ kind, date, number, total, ...rest }));
  });

  app.get(
    '/api/digests',
    {
      schema: {
        tags: ['digests'],
        summary: 'The digests so far, newest first',
        response: { 200: DigestList },
      },
    },
    async () => (await readArchive(db)).map(digestJson),
  );

  app.get(
    '/api/digests/:date',
    {
      schema: {
        tags: ['digests'],
        summary: 'A digest as it was composed',
        ...dated,
        response: { 200: DigestWithPapers, 400: ErrorBody, 404: ErrorBody },
      },
    },
    async (request) => {
      const { digest, papers } = await requireDigest(deps, request.params, request.query);
      return { ...digestJson(digest), papers: papers.map((paper) => paperJson(paper)) };
    },
  );

  app.get(
    '/view/:token',
    { schema: { params: TokenParams, hide: true } },
    async (request, reply) => {
      const { token } = request.params;
      const delivery = await viewDelivery({ db, tokens, usableAfterDays }, token);
      if (delivery === null) {
        const message =
          'There is no digest behind this link: it was cut short, or its papers are not chosen yet.';
        throw new PaperboyError('NO_DELIVERY', message, { statusCode: 404 });
      }
      const { digest, reader, papers, topics, note } = delivery;
      const { kind, date, number, papers: total } = digest;
      const { topics: followed, keywords } = reader;
      const chosen = { papers, topics, followed, keywords, note };
      const view = { token, kind, date, number, total, ...chosen };
      return sendPage(reply.header('x-robots-tag', 'noindex'), pages.view(view));
    },
  );
}

async function requireDigest(
  { db }: HttpDeps,
  { date }: DateParams,
  { kind = 'daily' }: DigestQuery,
  most?: number,
): Promise<ArchivedDigest> {
  if (!isDay(date)) {
    throw new PaperboyError(
      'INVALID_DATE',
      `“${shorten(date)}” is no day: expected one such as 2026-05-08.`,
    );
  }
  const found = await readDigest(db, { kind, date }, most);
  if (found) return found;
  throw new PaperboyError('NO_DIGEST', `There is no ${kind} digest of ${date}.`, {
    statusCode: 404,
  });
}

function digestJson({ kind, date, number, composedAt, papers }: DigestSummary) {
  return { kind, date, number, composed_at: composedAt.toISOString(), paper_count: papers };
}
