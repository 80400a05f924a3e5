import type { HttpDeps } from '../deps.ts';
import { ErrorJson, MailedJson, TokenParams } from '../schemas.ts';
import type { TypedFastify } from '../typed-fastify.ts';
import { PreferenceChanges, SubscriberJson } from './preference-schemas.ts';
import { toPreferenceInput, toSubscriberJson } from './preferences-json.ts';
import { requireSubscriber, sendDataLink, updateSubscriber } from './require-subscriber.ts';

/** The preferences API, authorised by the token in the links of a subscriber's mails. */
export async function preferenceApiRoutes(app: TypedFastify, deps: HttpDeps): Promise<void> {
  const tags = ['preferences'];
  const params = TokenParams;

  app.get(
    '/api/preferences/:token',
    {
      schema: {
        tags,
        summary: 'Read the preferences',
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
        summary: 'Change the preferences that are named',
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
        summary: 'Mail a link to export everything stored',
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
        summary: 'Mail a link to erase everything stored',
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
