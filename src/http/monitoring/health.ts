import { READINESS_CHECKS, type ReadinessCheck } from '../../services/monitoring/readiness.ts';
import type { HttpDeps } from '../deps.ts';
import { LivenessJson, ReadinessJson, ReadinessQuery } from '../schemas.ts';
import type { TypedFastify } from '../typed-fastify.ts';

/** Liveness of the process, and readiness of what it depends on. */
export async function healthRoutes(
  app: TypedFastify,
  { readiness }: Pick<HttpDeps, 'readiness'>,
): Promise<void> {
  app.get(
    '/healthz',
    { schema: { tags: ['health'], summary: 'Alive', response: { 200: LivenessJson } } },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store');
      return { status: 'ok' };
    },
  );

  app.get(
    '/readyz',
    {
      schema: {
        tags: ['health'],
        summary: 'Whether database, tables, queue and relay work',
        querystring: ReadinessQuery,
        response: { 200: ReadinessJson, 503: ReadinessJson },
      },
    },
    async (request, reply) => {
      const states = await readiness.check();
      const excluded = [request.query.exclude ?? []].flat();
      const mapChecks = <Value>(of: (check: ReadinessCheck) => Value) =>
        Object.fromEntries(READINESS_CHECKS.map((check) => [check, of(check)])) as Record<
          ReadinessCheck,
          Value
        >;
      const isReady = READINESS_CHECKS.every(
        (check) => excluded.includes(check) || states[check].status === 'ok',
      );
      return reply
        .code(isReady ? 200 : 503)
        .header('cache-control', 'no-store')
        .send({
          status: isReady ? 'ok' : 'unavailable',
          checks: mapChecks((check) => states[check].status),
          sentences: mapChecks((check) => states[check].sentence),
        });
    },
  );
}
