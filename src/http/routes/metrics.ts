import type { FastifyBaseLogger } from 'fastify';
import { readStatus } from '../../services/read-status.ts';
import type { HttpDeps } from '../deps.ts';
import { askForToken, isOperator } from '../operator.ts';
import { statusMetrics } from '../status-metrics.ts';
import type { App } from '../typed-app.ts';

/** What Prometheus reads, for the operator alone. */
export async function metricsRoutes(app: App, deps: HttpDeps): Promise<void> {
  const { metrics } = deps;
  const look = { schema: { hide: true } };
  app.get('/metrics', look, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    if (!isOperator(request, deps)) return askForToken(reply, deps);
    return reply.type(metrics.contentType).send(await metricsText(deps, request.log));
  });
}

export type MetricsDeps = Pick<
  HttpDeps,
  'config' | 'database' | 'clock' | 'metrics' | 'sourceNames'
>;

/** How long the database may take over a figure, in ms: Prometheus waits for 10 s. */
const ANSWER_TIMEOUT_MS = 4000;

/** The metrics of this process and of the installation. A database that does not answer hides nothing but
 *  what it knows. */
export async function metricsText(
  { config, database, clock, metrics, sourceNames }: MetricsDeps,
  log: Pick<FastifyBaseLogger, 'warn'>,
): Promise<string> {
  const own = await metrics.text();
  const { db } = database.promptly(ANSWER_TIMEOUT_MS);
  const status = await readStatus(db, {
    now: clock(),
    composeAt: config.composeAt,
    sourceNames,
  }).catch((err) => {
    log.warn({ err }, 'the status could not be read for the metrics');
    return null;
  });
  return own + (await statusMetrics(status));
}
