import Fastify, { type FastifyBaseLogger } from 'fastify';
import type { HttpDeps } from '../deps.ts';
import { createRequestId, createSilentLogController } from '../request-log.ts';
import type { TypeboxTypeProvider, TypedFastify } from '../typed-fastify.ts';
import { healthRoutes } from './health.ts';
import { type MetricsDeps, renderMetrics } from './metrics.ts';

/**
 * The server at METRICS_PORT, for every role: metrics, liveness and readiness. It needs no token,
 * so the port must not be public.
 */
export function buildMetricsServer(
  deps: MetricsDeps & Pick<HttpDeps, 'readiness' | 'logger'>,
  { withStatus }: { withStatus: boolean },
): TypedFastify {
  const loggerInstance: FastifyBaseLogger = deps.logger;
  const app = Fastify({
    loggerInstance,
    genReqId: createRequestId,
    logController: createSilentLogController(),
    ajv: { customOptions: { coerceTypes: false } },
  }).withTypeProvider<TypeboxTypeProvider>();
  void app.register(async (scope: TypedFastify) => healthRoutes(scope, deps));
  app.get('/metrics', async (request, reply) => {
    const text = withStatus
      ? await renderMetrics(deps, request.log)
      : await deps.metrics.renderText();
    return reply.type(deps.metrics.contentType).send(text);
  });
  return app;
}
