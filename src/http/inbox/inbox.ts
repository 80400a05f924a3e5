import type { FastifyRequest } from 'fastify';
import { INBOX_COPY } from '../../copy/en/pages/inbox.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { truncateInput } from '../../domain/text/truncate.ts';
import type { Inbox } from '../../inbox/inbox.ts';
import { isLoopbackHost } from '../../settings/config.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage } from '../errors.ts';
import { InboxMessageParams } from '../schemas.ts';
import type { TypedFastify } from '../typed-fastify.ts';

/** Caught mail is untrusted: no scripts, no forms, nothing loaded. */
const INBOX_CONTENT_POLICY =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";

/** The local inbox in the browser. Its mail has links that sign in, so it is served to this machine
 *  only, and only under a local host name: any other name may be a DNS rebinding attack. */
export async function inboxRoutes(
  app: TypedFastify,
  { inbox, pages, config }: HttpDeps,
): Promise<void> {
  // Behind a proxy the client is unknown, so a site with a public name shows no inbox.
  const siteHost = new URL(config.publicUrl).hostname;
  if (!inbox || !isLoopbackHost(siteHost)) return;
  const hidden = { schema: { hide: true } };
  const byId = { schema: { params: InboxMessageParams, hide: true } };

  app.addHook('onRequest', async (request) => {
    if (isLoopbackHost(request.hostname) && listHops(request).every(isLoopbackHost)) return;
    throw new PaperboyError('INBOX_IS_LOCAL', INBOX_COPY.localOnly);
  });

  app.get('/inbox', hidden, async (_request, reply) => {
    return sendPage(reply, pages.inboxList(await inbox.list()));
  });

  app.get('/inbox/:id', byId, async (request, reply) => {
    const message = await requireInboxMessage(inbox, request.params.id);
    return sendPage(reply, pages.inboxMessage(message));
  });

  app.get('/inbox/:id/html', byId, async (request, reply) => {
    const { parsed } = await requireInboxMessage(inbox, request.params.id);
    reply
      .header('content-security-policy', INBOX_CONTENT_POLICY)
      .header('x-frame-options', 'SAMEORIGIN');
    return sendPage(reply, openLinksInNewTab(parsed.html ?? ''));
  });

  app.get('/inbox/:id/raw', byId, async (request, reply) => {
    const { raw } = await requireInboxMessage(inbox, request.params.id);
    return reply.type('text/plain; charset=utf-8').send(raw);
  });
}

/** Opens the links of a mail in a new tab: the pages they lead to refuse to be framed. */
function openLinksInNewTab(html: string): string {
  return html.replace(/<head\b[^>]*>/i, '$&<base target="_blank">');
}

/** All addresses that the request claims to have passed. Behind a proxy on this machine the
 *  connection is local although the client is not, whether or not the proxy is trusted. */
function listHops({ socket, headers }: FastifyRequest): string[] {
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  return [socket.remoteAddress ?? '', ...forwarded.filter((hop) => hop.trim() !== '')].map((hop) =>
    hop.trim().replace(/^::ffff:/i, ''),
  );
}

async function requireInboxMessage(inbox: Inbox, id: string) {
  const mail = await inbox.read(id);
  if (mail) return mail;
  throw new PaperboyError('NO_MAIL', INBOX_COPY.notFound(truncateInput(id)));
}
