import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ERROR_COPY } from '../copy/en/pages/errors.ts';
import { type Config, isLoopbackHost } from '../settings/config.ts';

/** The tokens of the operator, and where the site is. */
interface OperatorDeps {
  config: Pick<Config, 'adminToken' | 'publicUrl' | 'siteName'>;
  /** The token from the data folder, used without `ADMIN_TOKEN`. */
  storedAdminToken: string | null;
}

/**
 * Whether a request comes from the operator: it has `ADMIN_TOKEN` or the stored token as a Bearer
 * token or as the password of Basic authentication (RFC 7617; any user). Without `ADMIN_TOKEN`
 * every request from this machine does too, if `PUBLIC_URL` is local: behind a proxy all requests
 * seem local.
 */
export function isOperator(
  request: FastifyRequest,
  { config: { adminToken, publicUrl }, storedAdminToken }: OperatorDeps,
): boolean {
  const token = adminToken ?? storedAdminToken;
  if (token !== null && isSameToken(readPresentedToken(request), token)) return true;
  if (adminToken !== null) return false;
  return isLoopbackHost(new URL(publicUrl).hostname) && isFromThisMachine(request);
}

/** Answers 401, so that a browser asks for the token. */
export function sendUnauthorized(
  reply: FastifyReply,
  { config: { adminToken, siteName }, storedAdminToken }: OperatorDeps,
): FastifyReply {
  const hint = ERROR_COPY.operatorOnly(describeTokenHint(adminToken, storedAdminToken));
  const realm = siteName.replace(/[^\x20-\x7e]|["\\]/g, '');
  reply.header('www-authenticate', `Basic realm="${realm}", charset="UTF-8"`);
  return reply
    .code(401)
    .send({ statusCode: 401, code: 'OPERATOR_ONLY', error: 'Unauthorized', message: hint });
}

function describeTokenHint(adminToken: string | null, storedAdminToken: string | null): string {
  if (adminToken !== null) return ERROR_COPY.tokens.setting;
  if (storedAdminToken !== null) return ERROR_COPY.tokens.file;
  return ERROR_COPY.tokens.none;
}

function readPresentedToken({ headers }: FastifyRequest): string {
  const [, scheme = '', credentials = ''] = /^(\S+) +(.*)$/.exec(headers.authorization ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer') return credentials;
  if (scheme.toLowerCase() !== 'basic') return '';
  const pair = Buffer.from(credentials, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}

/** Compares in constant time. */
function isSameToken(presented: string, token: string): boolean {
  const sha256 = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(sha256(presented), sha256(token));
}

/**
 * Requests with forwarding headers came through a proxy. Requests with another host name may be DNS
 * rebinding: a foreign page that makes a browser on this machine send them.
 */
function isFromThisMachine({ socket, headers, hostname }: FastifyRequest): boolean {
  const isForwarded = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'].some(
    (name) => headers[name] !== undefined,
  );
  if (isForwarded || !isLoopbackHost(hostname)) return false;
  return isLoopbackHost((socket.remoteAddress ?? '').replace(/^::ffff:/, ''));
}
