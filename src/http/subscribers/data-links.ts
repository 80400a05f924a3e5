import type { FastifyReply } from 'fastify';
import { DATA_REQUEST_COPY } from '../../copy/en/pages/data-request.ts';
import { LAYOUT_COPY } from '../../copy/en/pages/layout.ts';
import {
  type DataLink,
  eraseDataByLink,
  exportDataByLink,
  findDataLink,
  type SubscriberData,
} from '../../services/subscribers/use-data-link.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage } from '../errors.ts';
import { TokenParams } from '../schemas.ts';
import type { TypedFastify } from '../typed-fastify.ts';
import { toChangesJson, toSubscriberJson } from './preferences-json.ts';

/** The mailed links that export or erase. A GET changes nothing; the POST does. */
export async function dataLinkRoutes(app: TypedFastify, deps: HttpDeps): Promise<void> {
  const schema = { params: TokenParams, hide: true };

  for (const kind of ['export', 'erase'] as const) {
    app.get(`/${kind}/:token`, { schema }, async (request, reply) => {
      const { token } = request.params;
      const link = await findDataLink(deps, token, kind);
      if (link.kind !== 'open') return sendInvalidLink(deps, reply, link);
      return sendPage(reply, deps.pages.exportOrErase({ kind, email: link.subscriber.email }));
    });
  }

  app.post('/export/:token', { schema }, async (request, reply) => {
    const { token } = request.params;
    const data = await exportDataByLink(deps, token);
    if (!data) return sendInvalidLink(deps, reply, await findDataLink(deps, token, 'export'));
    return reply
      .type('application/json; charset=utf-8')
      .header('content-disposition', 'attachment; filename="paperboy.json"')
      .send(`${JSON.stringify(toExportJson(data), null, 2)}\n`);
  });

  app.post('/erase/:token', { schema }, async (request, reply) => {
    const { token } = request.params;
    if (!(await eraseDataByLink(deps, token))) {
      return sendInvalidLink(deps, reply, await findDataLink(deps, token, 'erase'));
    }
    const page = deps.pages.message({
      ...DATA_REQUEST_COPY.erased,
      links: [{ text: LAYOUT_COPY.todaysPapers, href: deps.links.home }],
    });
    return sendPage(reply, page);
  });
}

function sendInvalidLink(
  { pages, links }: HttpDeps,
  reply: FastifyReply,
  { kind }: DataLink,
): FastifyReply {
  const isExpired = kind === 'expired';
  const page = pages.message({
    ...(isExpired ? DATA_REQUEST_COPY.expired : DATA_REQUEST_COPY.unknown),
    links: [{ text: LAYOUT_COPY.todaysPapers, href: links.home }],
  });
  return sendPage(reply, page, isExpired ? 410 : 404);
}

function toExportJson(data: SubscriberData) {
  const { subscriber, consents, openSignUps, deliveries, feedback, ...rest } = data;
  return {
    reader: {
      ...toSubscriberJson(subscriber),
      created_at: subscriber.createdAt,
      confirmed_at: subscriber.confirmedAt,
      paused_at: rest.pausedAt,
      quiet_since: rest.quietSince,
    },
    feedback: feedback.map(({ paper, verb, givenAt }) => ({
      paper: paper.id,
      title: paper.title,
      verb,
      given_at: givenAt,
    })),
    learned: rest.learned,
    library: rest.library.map((paper) => ({
      title: paper.title,
      abstract: paper.abstract,
      arxiv_id: paper.arxivId,
      doi: paper.doi,
      paper: paper.paperId,
      added_at: paper.addedAt,
    })),
    library_lookups: rest.lookups.map(({ kind, query, state, found, requestedAt }) => ({
      kind,
      query,
      state,
      found,
      requested_at: requestedAt,
    })),
    unlearned: rest.unlearned,
    consents: consents.map((consent) => ({
      given_at: consent.givenAt,
      confirmed_at: consent.confirmedAt,
      channel: consent.channel,
      wording: consent.wording,
      network: consent.network,
    })),
    open_sign_ups: openSignUps.map((signUp) => ({
      requested_at: signUp.requestedAt,
      preferences: toChangesJson(signUp.preferences),
      channel: signUp.channel,
      wording: signUp.wording,
      network: signUp.network,
    })),
    deliveries: deliveries.map((delivery) => ({
      kind: delivery.kind,
      date: delivery.date,
      state: delivery.state,
      send_at: delivery.sendAt,
      updated_at: delivery.updatedAt,
      selection: delivery.selection,
    })),
  };
}
