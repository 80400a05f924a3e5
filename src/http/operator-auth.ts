import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Config, isLoopbackHost } from '../settings/config.ts';

/** What tells the operator from others. */
export interface OperatorDeps {
  config: Pick<Config, 'adminToken' | 'publicUrl' | 'siteName'>;
  /** The token in the data folder, where `ADMIN_TOKEN` is not set. */
  storedAdminToken: string | null;
}

/**
 * Whether a request comes from the operator: it shows `ADMIN_TOKEN` or the kept token, as a Bearer token or
 * as the password that a browser asks for (RFC 7617; any user). While `ADMIN_TOKEN` is not set, who sits at
 * this machine is one too, but only while `PUBLIC_URL` is this machine's own: behind a proxy everybody seems
 * to sit here.
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

/** Turns away who is no operator, so that a browser asks for the token. */
export function sendUnauthorized(
  reply: FastifyReply,
  { config: { adminToken, siteName }, storedAdminToken }: OperatorDeps,
): FastifyReply {
  const hint = `This is for the operator: ${describeTokenHint(adminToken, storedAdminToken)} as a Bearer token, or as a password with any user.`;
  const realm = siteName.replace(/[^\x20-\x7e]|["\\]/g, '');
  reply.header('www-authenticate', `Basic realm="${realm}", charset="UTF-8"`);
  return reply
    .code(401)
    .send({ statusCode: 401, code: 'OPERATOR_ONLY', error: 'Unauthorized', message: hint });
}

function describeTokenHint(adminToken: string | null, storedAdminToken: string | null): string {
  if (adminToken !== null) return 'show ADMIN_TOKEN';
  if (storedAdminToken !== null) return 'show what stands in the file admin-token in DATA_DIR';
  return 'set ADMIN_TOKEN, and show it';
}

function readPresentedToken({ headers }: FastifyRequest): string {
  const [, scheme = '', credentials = ''] = /^(\S+) +(.*)$/.exec(headers.authorization ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer') return credentials;
  if (scheme.toLowerCase() !== 'basic') return '';
  const pair = Buffer.from(credentials, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}

/** Takes as long for a wrong token as for the right one. */
function isSameToken(presented: string, token: string): boolean {
  const sha256 = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(sha256(presented), sha256(token));
}

/** A proxy says for whom it asks. A page from elsewhere can have a browser on this machine ask in the name of
 *  its own site (DNS rebinding). */
function isFromThisMachine({ socket, headers, hostname }: FastifyRequest): boolean {
  const isForwarded = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'].some(
    (name) => headers[name] !== undefined,
  );
  if (isForwarded || !isLoopbackHost(hostname)) return false;
  return isLoopbackHost((socket.remoteAddress ?? '').replace(/^::ffff:/, ''));
}
