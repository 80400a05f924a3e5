import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Config, isLoopback } from '../config.ts';

/**
 * Whether a request comes from the operator: it shows `ADMIN_TOKEN`, as a Bearer token or as the password
 * that a browser asks for (RFC 7617; any user). Without such a token only who sits at this machine is one,
 * and only while `PUBLIC_URL` is this machine's own: behind a proxy everybody seems to sit here.
 */
export function isOperator(
  request: FastifyRequest,
  { adminToken, publicUrl }: Pick<Config, 'adminToken' | 'publicUrl'>,
): boolean {
  if (adminToken !== null) return isSame(shownToken(request), adminToken);
  return isLoopback(new URL(publicUrl).hostname) && isHere(request);
}

/** Turns away who is no operator, so that a browser asks for the token. */
export function askForToken(
  reply: FastifyReply,
  { adminToken, siteName }: Pick<Config, 'adminToken' | 'siteName'>,
): FastifyReply {
  const hint =
    adminToken === null
      ? 'This is for the operator: set ADMIN_TOKEN, and show it as a Bearer token.'
      : 'This is for the operator: show ADMIN_TOKEN as a Bearer token, or as a password with any user.';
  const realm = siteName.replace(/[^\x20-\x7e]|["\\]/g, '');
  reply.header('www-authenticate', `Basic realm="${realm}", charset="UTF-8"`);
  return reply
    .code(401)
    .send({ statusCode: 401, code: 'OPERATOR_ONLY', error: 'Unauthorized', message: hint });
}

function shownToken({ headers }: FastifyRequest): string {
  const [, scheme = '', credentials = ''] = /^(\S+) +(.*)$/.exec(headers.authorization ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer') return credentials;
  if (scheme.toLowerCase() !== 'basic') return '';
  const pair = Buffer.from(credentials, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}

/** Takes as long for a wrong token as for the right one. */
function isSame(shown: string, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(shown), digest(token));
}

/** A proxy says for whom it asks. */
function isHere({ socket, headers }: FastifyRequest): boolean {
  const isForwarded = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some(
    (name) => headers[name] !== undefined,
  );
  return !isForwarded && isLoopback((socket.remoteAddress ?? '').replace(/^::ffff:/, ''));
}
