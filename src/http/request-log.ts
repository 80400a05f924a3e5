import { type FastifyRequest, LogController } from 'fastify';
import type { App } from './typed-app.ts';

/** Keeps Fastify's own lines out of the log: they hold whole addresses, and in those stand tokens. */
export function silentLogController(): LogController {
  return new LogController({ disableRequestLogging: true });
}

/** Writes a line for each request that was answered. It names the route, not the address. */
export function logRequests(app: App): void {
  app.addHook('onResponse', async (request, reply) => {
    const status = reply.statusCode;
    const ms = Math.round(reply.elapsedTime);
    request.log.info({ ...routeOf(request), status, ms }, 'request answered');
  });
}

/** Which route a request met, null for none. */
export function routeOf({ method, routeOptions }: FastifyRequest): {
  method: string;
  route: string | null;
} {
  return { method, route: routeOptions.url ?? null };
}
