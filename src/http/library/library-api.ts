import { LIBRARY_COPY } from '../../copy/en/pages/library.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { truncateInput } from '../../domain/text/truncate.ts';
import { enqueueLookup } from '../../services/library/enqueue-lookups.ts';
import { importLibrary, type LibraryReport } from '../../services/library/import-library.ts';
import { readOwnLibrary } from '../../services/library/read-own-library.ts';
import { removeFromLibrary } from '../../services/library/remove-library.ts';
import { requestNameLookup } from '../../services/library/request-lookup.ts';
import type { HttpDeps } from '../deps.ts';
import { AcceptedJson, ErrorJson, TokenParams } from '../schemas.ts';
import { requireSubscriber } from '../subscribers/require-subscriber.ts';
import type { TypedFastify } from '../typed-fastify.ts';
import type { ImportLimit } from './import-limit.ts';
import {
  ImportJson,
  LibraryBody,
  LibraryJson,
  LibraryPositionParams,
  LookupBody,
  RemovedJson,
} from './library-schemas.ts';
import { MAX_LIBRARY_BYTES } from './read-library-form.ts';

/** JSON escapes double a text at most, unless it is nothing but control characters. */
const MAX_JSON_BYTES = 2 * MAX_LIBRARY_BYTES + 1024;

/** The library API, authorised by the token in the links of a subscriber's mails. */
export function registerLibraryApi(
  app: TypedFastify,
  deps: HttpDeps,
  limitImports: ImportLimit,
): void {
  const tags = ['library'];
  const path = '/api/preferences/:token/library';

  app.get(
    path,
    {
      schema: {
        tags,
        summary: 'List the papers of the library and what is looked up for it',
        params: TokenParams,
        response: { 200: LibraryJson, 404: ErrorJson },
      },
    },
    async (request) => {
      const { id } = await requireSubscriber(deps, request.params.token);
      return toLibraryJson(await readOwnLibrary(deps.db, id));
    },
  );

  app.post(
    path,
    {
      bodyLimit: MAX_JSON_BYTES,
      schema: {
        tags,
        summary: 'Add papers to the library',
        params: TokenParams,
        body: LibraryBody,
        response: {
          200: ImportJson,
          400: ErrorJson,
          404: ErrorJson,
          409: ErrorJson,
          429: ErrorJson,
        },
      },
    },
    async ({ params: { token }, body: { text } }) => {
      const { id } = await requireSubscriber(deps, token);
      requireSize(text);
      await limitImports(id);
      const report = await importLibrary(deps, id, text);
      await enqueueLookup(deps.queue, id);
      return toImportJson(report);
    },
  );

  app.post(
    `${path}/lookups`,
    {
      schema: {
        tags,
        summary: 'Add the papers of an ORCID iD or an author, in the background',
        params: TokenParams,
        body: LookupBody,
        response: {
          202: AcceptedJson,
          400: ErrorJson,
          404: ErrorJson,
          409: ErrorJson,
          429: ErrorJson,
        },
      },
    },
    async ({ params: { token }, body: { author } }, reply) => {
      const { id } = await requireSubscriber(deps, token);
      await limitImports(id);
      await requestNameLookup(deps, id, author);
      await enqueueLookup(deps.queue, id);
      return reply.code(202).send({ status: 'pending' });
    },
  );

  app.delete(
    path,
    {
      schema: {
        tags,
        summary: 'Remove all papers from the library',
        params: TokenParams,
        response: { 200: RemovedJson, 404: ErrorJson },
      },
    },
    async (request) => {
      const { id } = await requireSubscriber(deps, request.params.token);
      return { removed: await removeFromLibrary(deps, id, 'all') };
    },
  );

  app.delete(
    `${path}/:position`,
    {
      schema: {
        tags,
        summary: 'Remove a paper from the library',
        params: LibraryPositionParams,
        response: { 200: RemovedJson, 404: ErrorJson },
      },
    },
    async ({ params: { token, position } }) => {
      const { id } = await requireSubscriber(deps, token);
      const removed = /^\d{1,9}$/.test(position)
        ? await removeFromLibrary(deps, id, Number(position))
        : 0;
      if (removed > 0) return { removed };
      const message = LIBRARY_COPY.problems.noPaper(truncateInput(position));
      throw new PaperboyError('NO_PAPER', message);
    },
  );
}

function requireSize(text: string): void {
  if (text.length > MAX_LIBRARY_BYTES)
    throw new PaperboyError('INVALID_LIBRARY', LIBRARY_COPY.problems.tooLarge);
  if (text.trim() === '')
    throw new PaperboyError('INVALID_LIBRARY', LIBRARY_COPY.problems.emptyText);
}

function toImportJson(report: LibraryReport) {
  const { format, entries, added, matched, known, isCut, total } = report;
  return {
    format,
    entries,
    added,
    matched,
    known,
    ignored: {
      unreadable: report.unreadable,
      untitled: report.untitled,
      over_limit: report.overLimit,
    },
    is_cut: isCut,
    total,
  };
}

function toLibraryJson({ papers, lookups }: Awaited<ReturnType<typeof readOwnLibrary>>) {
  return {
    papers: papers.map(({ position, title, arxivId, doi, paperId, addedAt }) => ({
      position,
      title,
      arxiv_id: arxivId,
      doi,
      paper: paperId,
      added_at: addedAt.toISOString(),
    })),
    lookups: lookups.map(({ kind, query, state, found, requestedAt }) => ({
      kind,
      query,
      state,
      found,
      requested_at: requestedAt.toISOString(),
    })),
  };
}
