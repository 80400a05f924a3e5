import type { FastifyRequest } from 'fastify';
import { PaperboyError } from '../../domain/errors.ts';
import type { Inbox } from '../../inbox/inbox.ts';
import { isLoopbackHost } from '../../settings/config.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage, truncateInput } from '../errors.ts';
import { InboxMessageParams } from '../schemas.ts';
import type { TypedFastify } from '../typed-fastify.ts';

/** Caught mail is somebody else's text: no scripts, no forms, nothing loaded. */
const INBOX_CONTENT_POLICY =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";

const MAX_HEADERS_SHOWN = 60;

/** The local inbox in the browser. Its mail holds links that sign in, so it is shown only on this
 *  machine, and only under a name of this machine: another name is a page that rebound its own. */
export async function inboxRoutes(
  app: TypedFastify,
  { inbox, pages, config }: HttpDeps,
): Promise<void> {
  // Behind a proxy nobody can tell who asks, so a site with a name of its own shows no inbox.
  const siteHost = new URL(config.publicUrl).hostname;
  if (!inbox || !isLoopbackHost(siteHost)) return;
  const hidden = { schema: { hide: true } };
  const byId = { schema: { params: InboxMessageParams, hide: true } };

  app.addHook('onRequest', async (request) => {
    if (isLoopbackHost(request.hostname) && listHops(request).every(isLoopbackHost)) return;
    const message = 'The local inbox is shown only on the machine itself, under localhost.';
    throw new PaperboyError('INBOX_IS_LOCAL', message);
  });

  app.get('/inbox', hidden, async (_request, reply) => {
    const messages = (await inbox.list()).map((entry) => ({
      ...entry,
      to: entry.to.join(', '),
      size: entry.bytes,
    }));
    return sendPage(reply, pages.inboxList({ messages }));
  });

  app.get('/inbox/:id', byId, async (request, reply) => {
    const { entry, parsed } = await requireInboxMessage(inbox, request.params.id);
    const html = pages.inboxMessage({
      id: entry.id,
      from: entry.from,
      to: entry.to.join(', '),
      subject: entry.subject,
      headers: parsed.headers.slice(0, MAX_HEADERS_SHOWN),
      text: parsed.text,
      hasHtml: parsed.html !== null,
    });
    return sendPage(reply, html);
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

/** The links of a mail open beside the inbox, as in a mail program: no page lets itself be framed. */
function openLinksInNewTab(html: string): string {
  return html.replace(/<head\b[^>]*>/i, '$&<base target="_blank">');
}

/** Everyone whom the request is said to have come by. Behind a proxy on this machine the connection
 *  is local while the reader is not, whether or not the proxy is trusted. */
function listHops({ socket, headers }: FastifyRequest): string[] {
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  return [socket.remoteAddress ?? '', ...forwarded.filter((hop) => hop.trim() !== '')].map((hop) =>
    hop.trim().replace(/^::ffff:/i, ''),
  );
}

async function requireInboxMessage(inbox: Inbox, id: string) {
  const mail = await inbox.read(id);
  if (mail) return mail;
  const message = `The inbox holds no message “${truncateInput(id)}”.`;
  throw new PaperboyError('NO_MAIL', message);
}
