import multipart from '@fastify/multipart';
import type { FastifyReply } from 'fastify';
import { LIBRARY_COPY } from '../../copy/en/pages/library.ts';
import { type ErrorCode, PaperboyError } from '../../domain/errors.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import { enqueueLookup } from '../../services/library/enqueue-lookups.ts';
import { importLibrary } from '../../services/library/import-library.ts';
import { readOwnLibrary } from '../../services/library/read-own-library.ts';
import { requestNameLookup } from '../../services/library/request-lookup.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage } from '../errors.ts';
import { TokenParams } from '../schemas.ts';
import { requireSubscriber } from '../subscribers/require-subscriber.ts';
import type { TypedFastify } from '../typed-fastify.ts';
import { createImportLimit, type ImportLimit } from './import-limit.ts';
import { describeImport } from './import-sentences.ts';
import { registerLibraryApi } from './library-api.ts';
import { type LibraryForm, MULTIPART_LIMITS, readLibraryForm } from './read-library-form.ts';

/** More than anybody needs who corrects a file and tries again. */
const IMPORTS_PER_HOUR = 30;

/** A subscriber's page for bringing papers, and the API. A GET changes nothing. */
export async function libraryRoutes(app: TypedFastify, deps: HttpDeps): Promise<void> {
  const limitImports = createImportLimit(IMPORTS_PER_HOUR);
  await app.register(multipart, { limits: MULTIPART_LIMITS, throwFileSizeLimit: false });
  registerLibraryPage(app, deps, limitImports);
  registerLibraryApi(app, deps, limitImports);
}

function registerLibraryPage(app: TypedFastify, deps: HttpDeps, limitImports: ImportLimit): void {
  const byToken = { schema: { params: TokenParams, hide: true } };

  app.get('/library/:token', byToken, async (request, reply) => {
    const { token } = request.params;
    const subscriber = await requireSubscriber(deps, token);
    return sendLibrary(deps, reply, { token, subscriber });
  });

  app.post('/library/:token', byToken, async (request, reply) => {
    const { token } = request.params;
    const subscriber = await requireSubscriber(deps, token);
    try {
      const form = await readLibraryForm(request);
      await limitImports(subscriber.id);
      const notice = await applyLibraryForm(deps, subscriber, form);
      return sendLibrary(deps, reply, { token, subscriber, notice });
    } catch (error) {
      const status = error instanceof PaperboyError ? PROBLEM_STATUSES[error.code] : undefined;
      if (status === undefined) throw error;
      const { message: problem } = error as PaperboyError;
      return sendLibrary(deps, reply, { token, subscriber, problem }, status);
    }
  });
}

/** Problems that are shown beside the form. */
const PROBLEM_STATUSES: Partial<Record<ErrorCode, number>> = {
  INVALID_LIBRARY: 400,
  INVALID_QUERY: 400,
  LOOKUPS_OFF: 409,
  NOT_CONFIRMED: 409,
  TOO_MANY_IMPORTS: 429,
};

/** Returns sentences about what was done. */
async function applyLibraryForm(
  deps: HttpDeps,
  { id }: Subscriber,
  { text, author }: LibraryForm,
): Promise<string[]> {
  const hasText = text.trim() !== '';
  const hasAuthor = author.trim() !== '';
  if (!hasText && !hasAuthor)
    throw new PaperboyError('INVALID_LIBRARY', LIBRARY_COPY.problems.empty);
  const notice: string[] = [];
  if (hasAuthor) {
    await requestNameLookup(deps, id, author);
    notice.push(LIBRARY_COPY.lookupRequested);
  }
  if (hasText) notice.unshift(...describeImport(await importLibrary(deps, id, text)));
  await enqueueLookup(deps.queue, id);
  return notice;
}

async function sendLibrary(
  deps: HttpDeps,
  reply: FastifyReply,
  page: { token: string; subscriber: Subscriber; notice?: string[]; problem?: string },
  statusCode = 200,
): Promise<FastifyReply> {
  const { token, subscriber, notice = [], problem = null } = page;
  const { papers, lookups } = await readOwnLibrary(deps.db, subscriber.id);
  const { allowsLookups } = deps;
  const html = deps.pages.library({
    token,
    paperCount: papers.length,
    lookups,
    allowsLookups,
    notice,
    problem,
  });
  return sendPage(reply, html, statusCode);
}
