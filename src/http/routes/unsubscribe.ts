import { dayOf } from '../../domain/schedule.ts';
import { findReader } from '../../services/change-preferences.ts';
import { unsubscribe } from '../../services/unsubscribe.ts';
import { takeAnyBody } from '../any-body.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage, wantsPage } from '../errors.ts';
import { RestParams } from '../schemas.ts';
import type { App } from '../typed-app.ts';

/** Leaving, by the link and by the mail program's own button (RFC 8058). */
export async function unsubscribeRoutes(app: App, deps: HttpDeps): Promise<void> {
  // The rest of the path, so that no link, however mangled on its way, is answered with an error.
  const schema = { params: RestParams, hide: true };
  const goodbye = (email: string, token: string) =>
    deps.pages.unsubscribe({ email, token, done: true, today: dayOf(deps.clock()) });

  takeAnyBody(app);

  app.get('/unsubscribe/*', { schema }, async (request, reply) => {
    const token = request.params['*'];
    const reader = await findReader(deps, token);
    if (!reader) return sendPage(reply, goodbyeToNobody(deps));
    if (reader.status === 'unsubscribed') return sendPage(reply, goodbye(reader.email, token));
    const view = { email: reader.email, token, done: false, today: dayOf(deps.clock()) };
    return sendPage(reply, deps.pages.unsubscribe(view));
  });

  app.post('/unsubscribe/*', { schema }, async (request, reply) => {
    const token = request.params['*'];
    const reader = await unsubscribe(deps, token);
    if (!wantsPage(request)) return reply.code(200).send({ status: 'unsubscribed' });
    return sendPage(reply, reader ? goodbye(reader.email, token) : goodbyeToNobody(deps));
  });
}

/** For a link that is nobody's: what matters to whoever pressed it is that no mail comes. */
function goodbyeToNobody({ pages, links }: HttpDeps): string {
  return pages.message({
    title: 'The delivery has stopped',
    sentences: ['Nothing is sent for this link.'],
    links: [{ text: 'Today’s papers', href: links.home }],
  });
}
