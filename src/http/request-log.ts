import { randomBytes } from 'node:crypto';
import { type FastifyRequest, LogController } from 'fastify';
import type { TypedFastify } from './typed-fastify.ts';

/** Silences Fastify's own request log: it has whole URLs, and those contain tokens. */
export function createSilentLogController(): LogController {
  return new LogController({ disableRequestLogging: true });
}

/** A request id that is unique across processes. */
export function createRequestId(): string {
  return `req-${randomBytes(9).toString('base64url')}`;
}

/** Is called for each answered request with its duration. */
type OnResponse = (
  request: { method: string; route: string; status: number },
  seconds: number,
) => void;

/** Logs each answered request, with its route instead of its URL. */
export function logRequests(app: TypedFastify, onResponse: OnResponse = () => undefined): void {
  // Lets people name the request they report.
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

/** The route that a request matched; null for none. */
export function findMatchedRoute({ method, routeOptions }: FastifyRequest): {
  method: string;
  route: string | null;
} {
  return { method, route: routeOptions.url ?? null };
}
