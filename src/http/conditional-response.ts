import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Sends what anyone may see. Browsers and proxies may keep it, and ask each time whether it is still the
 * same: papers and digests come at any moment, and nobody is shown yesterday's. Answers 304 when it is
 * (RFC 9110 §13).
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

/** Sends a page that anyone may see. */
export function sendPublicPage(
  request: FastifyRequest,
  reply: FastifyReply,
  html: string,
): FastifyReply {
  return sendConditional(request, reply.type('text/html; charset=utf-8'), html);
}

/** A date is looked at only when no tag was sent; it counts whole seconds. */
function isNotModified({ headers }: FastifyRequest, etag: string, changedAt: Date | null): boolean {
  const etags = headers['if-none-match'];
  if (etags !== undefined) {
    return etags.split(',').some((each) => ['*', etag, `W/${etag}`].includes(each.trim()));
  }
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return changedAt !== null && Math.floor(changedAt.getTime() / 1000) * 1000 <= since;
}
