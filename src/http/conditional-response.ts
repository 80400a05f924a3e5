import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Sends a public response, or 304 when the client has it already (RFC 9110 §13). Caches may store
 * it but must revalidate it each time, because papers and digests arrive at any moment.
 */
export function sendConditional(
  request: FastifyRequest,
  reply: FastifyReply,
  body: string,
  changedAt: Date | null = null,
): FastifyReply {
  const etag = `"${createHash('sha1').update(body).digest('base64url')}"`;
  reply.header('cache-control', 'public, no-cache').header('etag', etag);
  if (changedAt !== null) reply.header('last-modified', changedAt.toUTCString());
  return isNotModified(request, etag, changedAt) ? reply.code(304).send() : reply.send(body);
}

/** Sends a public page. */
export function sendPublicPage(
  request: FastifyRequest,
  reply: FastifyReply,
  html: string,
): FastifyReply {
  return sendConditional(request, reply.type('text/html; charset=utf-8'), html);
}

/** `If-None-Match` wins over `If-Modified-Since`, which has a precision of seconds. */
function isNotModified({ headers }: FastifyRequest, etag: string, changedAt: Date | null): boolean {
  const etags = headers['if-none-match'];
  if (etags !== undefined) {
    return etags.split(',').some((each) => ['*', etag, `W/${etag}`].includes(each.trim()));
  }
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return changedAt !== null && Math.floor(changedAt.getTime() / 1000) * 1000 <= since;
}
