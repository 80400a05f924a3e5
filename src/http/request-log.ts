import { randomBytes } from 'node:crypto';
import { type FastifyRequest, LogController } from 'fastify';
import type { App } from './typed-app.ts';

/** Keeps Fastify's own lines out of the log: they hold whole addresses, and in those stand tokens. */
export function silentLogController(): LogController {
  return new LogController({ disableRequestLogging: true });
}

/** What names a request in the log, the same in no other process. */
export function newRequestId(): string {
  return `req-${randomBytes(9).toString('base64url')}`;
}

/** Hears of each request that was answered, and how long it took. */
export type OnAnswered = (
  request: { method: string; route: string; status: number },
  seconds: number,
) => void;

/** Writes a line for each request that was answered. It names the route, not the address. */
export function logRequests(app: App, onAnswered: OnAnswered = () => undefined): void {
  // So that who complains can say which request it was.
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    const status = reply.statusCode;
    const ms = Math.round(reply.elapsedTime);
    const route = routeOf(request);
    onAnswered(
      { method: route.method, route: route.route ?? 'none', status },
      reply.elapsedTime / 1000,
    );
    request.log.info({ ...route, status, ms }, 'request answered');
  });
}

/** Which route a request met, null for none. */
export function routeOf({ method, routeOptions }: FastifyRequest): {
  method: string;
  route: string | null;
} {
  return { method, route: routeOptions.url ?? null };
}
