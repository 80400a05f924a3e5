import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isLoopback } from '../../config.ts';
import { PaperboyError } from '../../domain/errors.ts';
import type { Inbox } from '../../inbox/inbox.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage } from '../errors.ts';

/** Caught mail is somebody else's text: no scripts, no forms, nothing loaded. */
const CAUGHT_POLICY =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";

const HEADERS_SHOWN = 60;

/** The local inbox in the browser. Its mail holds links that sign in, so it is shown only on this
 *  machine, and only under a name of this machine: another name is a page that rebound its own. */
export async function inboxRoutes(
  app: FastifyInstance,
  { inbox, pages, config }: HttpDeps,
): Promise<void> {
  if (!inbox) return;
  const hidden = { schema: { hide: true } };
  const siteHost = new URL(config.publicUrl).hostname;

  app.addHook('onRequest', async (request) => {
    if (isLoopback(request.ip) && (isLoopback(request.hostname) || request.hostname === siteHost))
      return;
    const message = 'The local inbox is shown only on the machine itself, under localhost.';
    throw new PaperboyError('INBOX_IS_LOCAL', message, { statusCode: 403 });
  });

  app.get('/inbox', hidden, async (_request, reply) => {
    const messages = (await inbox.list()).map((entry) => ({
      ...entry,
      to: entry.to.join(', '),
      size: entry.bytes,
    }));
    return sendPage(reply, pages.inboxList({ messages }));
  });

  app.get('/inbox/:id', hidden, async (request, reply) => {
    const { entry, parsed } = await requireMail(inbox, request);
    const html = pages.inboxMessage({
      id: entry.id,
      from: entry.from,
      to: entry.to.join(', '),
      subject: entry.subject,
      headers: parsed.headers.slice(0, HEADERS_SHOWN),
      text: parsed.text,
      hasHtml: parsed.html !== null,
    });
    return sendPage(reply, html);
  });

  app.get('/inbox/:id/html', hidden, async (request, reply) => {
    const { parsed } = await requireMail(inbox, request);
    reply.header('content-security-policy', CAUGHT_POLICY).header('x-frame-options', 'SAMEORIGIN');
    return sendPage(reply, parsed.html ?? '');
  });

  app.get('/inbox/:id/raw', hidden, async (request, reply) => {
    const { raw } = await requireMail(inbox, request);
    return reply.type('text/plain; charset=utf-8').send(raw);
  });
}

async function requireMail(inbox: Inbox, request: FastifyRequest) {
  const { id } = request.params as { id: string };
  const mail = await inbox.read(id);
  if (mail) return mail;
  throw new PaperboyError('NO_MAIL', `The inbox holds no message “${id.slice(0, 80)}”.`, {
    statusCode: 404,
  });
}
