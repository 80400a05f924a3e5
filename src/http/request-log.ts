import { randomBytes } from 'node:crypto';
import { type FastifyRequest, LogController } from 'fastify';
import type { TypedFastify } from './typed-fastify.ts';

/** Keeps Fastify's own lines out of the log: they hold whole addresses, and in those stand tokens. */
export function createSilentLogController(): LogController {
  return new LogController({ disableRequestLogging: true });
}

/** What names a request in the log, the same in no other process. */
export function createRequestId(): string {
  return `req-${randomBytes(9).toString('base64url')}`;
}

/** Hears of each request that was answered, and how long it took. */
export type OnResponse = (
  request: { method: string; route: string; status: number },
  seconds: number,
) => void;

/** Writes a line for each request that was answered. It names the route, not the address. */
export function logRequests(app: TypedFastify, onResponse: OnResponse = () => undefined): void {
  // So that who complains can say which request it was.
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    const status = reply.statusCode;
    const ms = Math.round(reply.elapsedTime);
    const route = findMatchedRoute(request);
    onResponse(
      { method: route.method, route: route.route ?? 'none', status },
      reply.elapsedTime / 1000,
    );
    request.log.info({ ...route, status, ms }, 'request answered');
  });
}

/** Which route a request met, null for none. */
export function findMatchedRoute({ method, routeOptions }: FastifyRequest): {
  method: string;
  route: string | null;
} {
  return { method, route: routeOptions.url ?? null };
}
