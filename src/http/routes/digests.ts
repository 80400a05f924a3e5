import type { DigestSummary } from '../../db/digests.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { isDay } from '../../domain/schedule.ts';
import { type ArchivedDigest, readArchive, readDigest } from '../../services/read-papers.ts';
import { viewDelivery } from '../../services/view-delivery.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage, shorten } from '../errors.ts';
import { paperJson } from '../paper-json.ts';
import {
  DateParams,
  DigestList,
  DigestQuery,
  DigestWithPapers,
  ErrorBody,
  TokenParams,
} from '../schemas.ts';
import type { App } from '../typed-app.ts';

/** A mail brings its own styles; it has no scripts and loads nothing. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The archive, and each reader's own digest on the web. */
export async function digestRoutes(app: App, deps: HttpDeps): Promise<void> {
  const { db, pages, tokens } = deps;
  const dated = { params: DateParams, querystring: DigestQuery };

  app.get('/digests', { schema: { hide: true } }, async (_request, reply) =>
    sendPage(reply, pages.digests({ digests: await readArchive(db) })),
  );

  app.get('/digests/:date', { schema: { ...dated, hide: true } }, async (request, reply) => {
    const { digest, ...rest } = await requireDigest(deps, request.params, request.query);
    const { kind, date, number } = digest;
    return sendPage(reply, pages.digest({ kind, date, number, ...rest }));
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
      return { ...digestJson(digest), papers: papers.map(paperJson) };
    },
  );

  app.get(
    '/view/:token',
    { schema: { params: TokenParams, hide: true } },
    async (request, reply) => {
      const { token } = request.params;
      const html = await viewDelivery({ db, tokens, editions: await deps.editions() }, token);
      if (html === null) {
        const message =
          'There is no digest behind this link: it was cut short, or its papers are not chosen yet.';
        throw new PaperboyError('NO_DELIVERY', message, { statusCode: 404 });
      }
      reply.header('content-security-policy', MAIL_POLICY).header('x-robots-tag', 'noindex');
      return sendPage(reply, html);
    },
  );
}

async function requireDigest(
  { db }: HttpDeps,
  { date }: DateParams,
  { kind = 'daily' }: DigestQuery,
): Promise<ArchivedDigest> {
  if (!isDay(date)) {
    throw new PaperboyError(
      'INVALID_DATE',
      `“${shorten(date)}” is no day: expected one such as 2026-05-08.`,
    );
  }
  const found = await readDigest(db, kind, date);
  if (found) return found;
  throw new PaperboyError('NO_DIGEST', `There is no ${kind} digest of ${date}.`, {
    statusCode: 404,
  });
}

function digestJson({ kind, date, number, composedAt, papers }: DigestSummary) {
  return { kind, date, number, composed_at: composedAt.toISOString(), paper_count: papers };
}
