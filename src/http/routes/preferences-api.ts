import type { HttpDeps } from '../deps.ts';
import { PreferenceChanges, Reader } from '../preference-schemas.ts';
import { answersOfJson, readerJson } from '../reader-json.ts';
import { changeReader, mailDataLink, requireReader } from '../readers.ts';
import { ErrorBody, Mailed, TokenParams } from '../schemas.ts';
import type { App } from '../typed-app.ts';

/** A reader's preferences for programs. The token in the links of a mail is the key. */
export async function preferenceApiRoutes(app: App, deps: HttpDeps): Promise<void> {
  const tags = ['preferences'];
  const params = TokenParams;

  app.get(
    '/api/preferences/:token',
    {
      schema: {
        tags,
        summary: 'Who gets what, and when',
        params,
        response: { 200: Reader, 404: ErrorBody },
      },
    },
    async (request) => readerJson(await requireReader(deps, request.params.token)),
  );

  app.patch(
    '/api/preferences/:token',
    {
      schema: {
        tags,
        summary: 'Change what is named',
        params,
        body: PreferenceChanges,
        response: { 200: Reader, 400: ErrorBody, 404: ErrorBody },
      },
    },
    async ({ params: { token }, body }) =>
      readerJson(await changeReader(deps, token, answersOfJson(body))),
  );

  app.post(
    '/api/preferences/:token/export',
    {
      schema: {
        tags,
        summary: 'Mail a link to everything that is stored',
        params,
        response: { 202: Mailed, 404: ErrorBody },
      },
    },
    async (request, reply) => {
      await mailDataLink(deps, request.params.token, 'export');
      return reply.code(202).send({ status: 'mailed' });
    },
  );

  app.delete(
    '/api/preferences/:token',
    {
      schema: {
        tags,
        summary: 'Mail a link that erases everything',
        params,
        response: { 202: Mailed, 404: ErrorBody },
      },
    },
    async (request, reply) => {
      await mailDataLink(deps, request.params.token, 'erase');
      return reply.code(202).send({ status: 'mailed' });
    },
  );
}
