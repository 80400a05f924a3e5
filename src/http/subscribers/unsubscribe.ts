import { LAYOUT_COPY } from '../../copy/en/pages/layout.ts';
import { UNSUBSCRIBE_COPY } from '../../copy/en/pages/unsubscribe.ts';
import { toUtcDay } from '../../domain/time/schedule.ts';
import { findSubscriberByToken } from '../../services/subscribers/change-preferences.ts';
import { unsubscribe } from '../../services/subscribers/unsubscribe.ts';
import { acceptAnyBody } from '../accept-any-body.ts';
import type { HttpDeps } from '../deps.ts';
import { acceptsHtml, sendPage } from '../errors.ts';
import { WildcardParams } from '../schemas.ts';
import type { TypedFastify } from '../typed-fastify.ts';

/** Unsubscribing by the link and by the mail program's own button (RFC 8058). */
export async function unsubscribeRoutes(app: TypedFastify, deps: HttpDeps): Promise<void> {
  // Matches the rest of the path, so that a mangled link does not answer with an error.
  const schema = { params: WildcardParams, hide: true };
  const renderGoodbye = (email: string, token: string) =>
    deps.pages.unsubscribe({ email, token, isUnsubscribed: true, today: toUtcDay(deps.clock()) });

  acceptAnyBody(app);

  app.get('/unsubscribe/*', { schema }, async (request, reply) => {
    const token = request.params['*'];
    const subscriber = await findSubscriberByToken(deps, token);
    if (!subscriber) return sendPage(reply, renderUnknownSubscriberGoodbye(deps));
    if (subscriber.status === 'unsubscribed')
      return sendPage(reply, renderGoodbye(subscriber.email, token));
    const view = {
      email: subscriber.email,
      token,
      isUnsubscribed: false,
      today: toUtcDay(deps.clock()),
    };
    return sendPage(reply, deps.pages.unsubscribe(view));
  });

  app.post('/unsubscribe/*', { schema }, async (request, reply) => {
    const token = request.params['*'];
    const subscriber = await unsubscribe(deps, token);
    if (!acceptsHtml(request)) return reply.code(200).send({ status: 'unsubscribed' });
    return sendPage(
      reply,
      subscriber ? renderGoodbye(subscriber.email, token) : renderUnknownSubscriberGoodbye(deps),
    );
  });
}

/** For an unknown token: what matters to the person is that no mail comes. */
function renderUnknownSubscriberGoodbye({ pages, links }: HttpDeps): string {
  return pages.message({
    ...UNSUBSCRIBE_COPY.unknownLink,
    links: [{ text: LAYOUT_COPY.todaysPapers, href: links.home }],
  });
}
