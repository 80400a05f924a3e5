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

/**
 * What may be written down of an error. Of a failed query only its text and the database's code: the
 * values in it, which PostgreSQL repeats in its messages, are readers' addresses.
 */
export function loggableError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { query } = error as { query?: unknown };
  const isQuery = typeof query === 'string';
  return {
    type: error.name,
    code: codeOf(error) ?? codeOf(error.cause),
    message: isQuery ? 'a query failed' : error.message,
    stack: framesOf(error),
    ...(isQuery && { query }),
  };
}

function codeOf(error: unknown): string | undefined {
  const { code } = Object(error) as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** The stack without the message that stands at its top. */
function framesOf({ stack = '' }: Error): string {
  const first = stack.indexOf('\n    at ');
  return first === -1 ? '' : stack.slice(first + 1);
}
