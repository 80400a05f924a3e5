import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Config, isLoopback } from '../config.ts';

/** What tells the operator from others. */
export interface OperatorDeps {
  config: Pick<Config, 'adminToken' | 'publicUrl' | 'siteName'>;
  /** The token in the data folder, where `ADMIN_TOKEN` is not set. */
  keptToken: string | null;
}

/**
 * Whether a request comes from the operator: it shows `ADMIN_TOKEN` or the kept token, as a Bearer token or
 * as the password that a browser asks for (RFC 7617; any user). While `ADMIN_TOKEN` is not set, who sits at
 * this machine is one too, but only while `PUBLIC_URL` is this machine's own: behind a proxy everybody seems
 * to sit here.
 */
export function isOperator(
  request: FastifyRequest,
  { config: { adminToken, publicUrl }, keptToken }: OperatorDeps,
): boolean {
  const token = adminToken ?? keptToken;
  if (token !== null && isSame(shownToken(request), token)) return true;
  if (adminToken !== null) return false;
  return isLoopback(new URL(publicUrl).hostname) && isHere(request);
}

/** Turns away who is no operator, so that a browser asks for the token. */
export function askForToken(
  reply: FastifyReply,
  { config: { adminToken, siteName }, keptToken }: OperatorDeps,
): FastifyReply {
  const hint = `This is for the operator: ${hintFor(adminToken, keptToken)} as a Bearer token, or as a password with any user.`;
  const realm = siteName.replace(/[^\x20-\x7e]|["\\]/g, '');
  reply.header('www-authenticate', `Basic realm="${realm}", charset="UTF-8"`);
  return reply
    .code(401)
    .send({ statusCode: 401, code: 'OPERATOR_ONLY', error: 'Unauthorized', message: hint });
}

function hintFor(adminToken: string | null, keptToken: string | null): string {
  if (adminToken !== null) return 'show ADMIN_TOKEN';
  if (keptToken !== null) return 'show what stands in the file admin-token in DATA_DIR';
  return 'set ADMIN_TOKEN, and show it';
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

/** A proxy says for whom it asks. A page from elsewhere can have a browser on this machine ask in the name of
 *  its own site (DNS rebinding). */
function isHere({ socket, headers, hostname }: FastifyRequest): boolean {
  const isForwarded = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'].some(
    (name) => headers[name] !== undefined,
  );
  if (isForwarded || !isLoopback(hostname)) return false;
  return isLoopback((socket.remoteAddress ?? '').replace(/^::ffff:/, ''));
}
