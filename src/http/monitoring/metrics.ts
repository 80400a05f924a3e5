import type { FastifyBaseLogger } from 'fastify';
import { readStatus } from '../../services/monitoring/read-status.ts';
import type { HttpDeps } from '../deps.ts';
import { isOperator, sendUnauthorized } from '../operator-auth.ts';
import type { TypedFastify } from '../typed-fastify.ts';
import { renderStatusMetrics } from './status-metrics.ts';

/** Metrics for Prometheus; operators only. */
export async function metricsRoutes(app: TypedFastify, deps: HttpDeps): Promise<void> {
  const { metrics } = deps;
  const routeOptions = { schema: { hide: true } };
  app.get('/metrics', routeOptions, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    if (!isOperator(request, deps)) return sendUnauthorized(reply, deps);
    return reply.type(metrics.contentType).send(await renderMetrics(deps, request.log));
  });
}

export type MetricsDeps = Pick<
  HttpDeps,
  'config' | 'database' | 'clock' | 'metrics' | 'sourceNames'
>;

/** Timeout of the status query, in ms: Prometheus waits 10 s. */
const STATUS_QUERY_TIMEOUT_MS = 4000;

/**
 * The metrics of this process and of the installation. Without a database, those of the process.
 */
export async function renderMetrics(
  { config, database, clock, metrics, sourceNames }: MetricsDeps,
  log: Pick<FastifyBaseLogger, 'warn'>,
): Promise<string> {
  const processMetrics = await metrics.renderText();
  const { db } = database.withQueryTimeout(STATUS_QUERY_TIMEOUT_MS);
  const status = await readStatus(db, {
    now: clock(),
    composeAt: config.composeAt,
    sourceNames,
  }).catch((err) => {
    log.warn({ err }, 'the status could not be read for the metrics');
    return null;
  });
  return processMetrics + (await renderStatusMetrics(status));
}
