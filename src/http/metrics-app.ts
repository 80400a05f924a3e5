import Fastify, { type FastifyBaseLogger } from 'fastify';
import type { HttpDeps } from './deps.ts';
import { newRequestId, silentLogController } from './request-log.ts';
import { healthRoutes } from './routes/health.ts';
import { type MetricsDeps, metricsText } from './routes/metrics.ts';
import type { App, SchemaTypes } from './typed-app.ts';

/** What a process tells at METRICS_PORT, whatever its role: metrics, alive, ready. That port is not for the
 *  public, and asks for no token. */
export function buildMetricsApp(
  deps: MetricsDeps & Pick<HttpDeps, 'readiness' | 'logger'>,
  { withStatus }: { withStatus: boolean },
): App {
  const loggerInstance: FastifyBaseLogger = deps.logger;
  const app = Fastify({
    loggerInstance,
    genReqId: newRequestId,
    logController: silentLogController(),
    ajv: { customOptions: { coerceTypes: false } },
  }).withTypeProvider<SchemaTypes>();
  void app.register(async (scope: App) => healthRoutes(scope, deps));
  app.get('/metrics', async (request, reply) => {
    const text = withStatus ? await metricsText(deps, request.log) : await deps.metrics.text();
    return reply.type(deps.metrics.contentType).send(text);
  });
  return app;
}
