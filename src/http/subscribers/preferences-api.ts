import type { HttpDeps } from '../deps.ts';
import { ErrorJson, MailedJson, TokenParams } from '../schemas.ts';
import type { TypedFastify } from '../typed-fastify.ts';
import { PreferenceChanges, SubscriberJson } from './preference-schemas.ts';
import { toPreferenceInput, toSubscriberJson } from './preferences-json.ts';
import { requireSubscriber, sendDataLink, updateSubscriber } from './require-subscriber.ts';

/** A reader's preferences for programs. The token in the links of a mail is the key. */
export async function preferenceApiRoutes(app: TypedFastify, deps: HttpDeps): Promise<void> {
  const tags = ['preferences'];
  const params = TokenParams;

  app.get(
    '/api/preferences/:token',
    {
      schema: {
        tags,
        summary: 'Who gets what, and when',
        params,
        response: { 200: SubscriberJson, 404: ErrorJson },
      },
    },
    async (request) => toSubscriberJson(await requireSubscriber(deps, request.params.token)),
  );

  app.patch(
    '/api/preferences/:token',
    {
      schema: {
        tags,
        summary: 'Change what is named',
        params,
        body: PreferenceChanges,
        response: { 200: SubscriberJson, 400: ErrorJson, 404: ErrorJson },
      },
    },
    async ({ params: { token }, body }) =>
      toSubscriberJson(await updateSubscriber(deps, token, toPreferenceInput(body))),
  );

  app.post(
    '/api/preferences/:token/export',
    {
      schema: {
        tags,
        summary: 'Mail a link to everything that is stored',
        params,
        response: { 202: MailedJson, 404: ErrorJson },
      },
    },
    async (request, reply) => {
      await sendDataLink(deps, request.params.token, 'export');
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
        response: { 202: MailedJson, 404: ErrorJson },
      },
    },
    async (request, reply) => {
      await sendDataLink(deps, request.params.token, 'erase');
      return reply.code(202).send({ status: 'mailed' });
    },
  );
}
