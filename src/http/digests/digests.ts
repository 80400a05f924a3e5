import { DIGESTS_COPY } from '../../copy/en/pages/digests.ts';
import type { DigestSummary } from '../../domain/digests/digest.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { truncateInput } from '../../domain/text/truncate.ts';
import { isCalendarDay } from '../../domain/time/schedule.ts';
import { readArchive, readArchiveMonth } from '../../services/digests/read-archive.ts';
import { type ArchivedDigest, readDigest } from '../../services/digests/read-digest.ts';
import { viewDelivery } from '../../services/digests/view-delivery.ts';
import { sendPublicPage } from '../conditional-response.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage } from '../errors.ts';
import { MAX_PAPERS_ON_PAGE } from '../pages/index.ts';
import { toPaperJson } from '../papers/paper-json.ts';
import { parseMonth } from '../papers/paper-search.ts';
import {
  DateParams,
  DigestList,
  DigestQuery,
  DigestWithPapers,
  ErrorJson,
  MonthQuery,
  TokenParams,
} from '../schemas.ts';
import type { TypedFastify } from '../typed-fastify.ts';

/** The archive, and each subscriber's own digest on the web. */
export async function digestRoutes(app: TypedFastify, deps: HttpDeps): Promise<void> {
  const { db, pages, tokens, classifyNonWorkingDay } = deps;
  const dated = { params: DateParams, querystring: DigestQuery };

  const monthly = { schema: { querystring: MonthQuery, hide: true } };
  app.get('/digests', monthly, async (request, reply) => {
    const archive = await readArchiveMonth(db, parseMonth(request.query.month));
    return sendPublicPage(request, reply, pages.digests(archive));
  });

  app.get('/digests/:date', { schema: { ...dated, hide: true } }, async (request, reply) => {
    const { params, query } = request;
    const archived = await requireDigest(deps, params, query, MAX_PAPERS_ON_PAGE);
    return sendPublicPage(request, reply, pages.digest(archived));
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
    async () => (await readArchive(db)).map(toDigestJson),
  );

  app.get(
    '/api/digests/:date',
    {
      schema: {
        tags: ['digests'],
        summary: 'A digest as it was composed',
        ...dated,
        response: { 200: DigestWithPapers, 400: ErrorJson, 404: ErrorJson },
      },
    },
    async (request) => {
      const { digest, papers } = await requireDigest(deps, request.params, request.query);
      return { ...toDigestJson(digest), papers: papers.map((paper) => toPaperJson(paper)) };
    },
  );

  app.get(
    '/view/:token',
    { schema: { params: TokenParams, hide: true } },
    async (request, reply) => {
      const { token } = request.params;
      const delivery = await viewDelivery({ db, tokens, classifyNonWorkingDay }, token);
      if (delivery === null) {
        throw new PaperboyError('NO_DELIVERY', DIGESTS_COPY.delivery.notFound);
      }
      reply.header('x-robots-tag', 'noindex');
      return sendPage(reply, pages.delivery({ ...delivery, token }));
    },
  );
}

async function requireDigest(
  { db }: HttpDeps,
  { date }: DateParams,
  { kind = 'daily' }: DigestQuery,
  maxPapers?: number,
): Promise<ArchivedDigest> {
  if (!isCalendarDay(date)) {
    throw new PaperboyError('INVALID_DATE', DIGESTS_COPY.invalidDate(truncateInput(date)));
  }
  const found = await readDigest(db, { kind, date }, maxPapers);
  if (found) return found;
  throw new PaperboyError('NO_DIGEST', DIGESTS_COPY.notFound(kind, date));
}

function toDigestJson({ kind, date, number, composedAt, papers }: DigestSummary) {
  return { kind, date, number, composed_at: composedAt.toISOString(), paper_count: papers };
}
