import { readStatus } from '../../services/read-status.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage } from '../errors.ts';
import { askForToken, isOperator } from '../operator.ts';
import { StatusQuery } from '../schemas.ts';
import { statusJson } from '../status-json.ts';
import { StatusJson } from '../status-schemas.ts';
import type { App } from '../typed-app.ts';

/** How the installation is: for anyone what is harmless, for its operator all of it. */
export async function statusRoutes(app: App, deps: HttpDeps): Promise<void> {
  const { config, db, clock, pages, version, readiness, sourceNames } = deps;
  const read = () => readStatus(db, { now: clock(), composeAt: config.composeAt, sourceNames });

  const forPerson = { schema: { querystring: StatusQuery, hide: true } };
  app.get('/status', forPerson, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const isForOperator = isOperator(request, deps);
    if (request.query.for === 'operator' && !isForOperator) return askForToken(reply, deps);
    const [status, parts] = [await read(), await readiness.look()];
    return sendPage(reply, pages.status({ status, parts, version, isForOperator }));
  });

  app.get(
    '/api/status',
    {
      schema: {
        tags: ['health'],
        summary: 'Sources, digests, queue and alarms',
        description:
          'Whoever shows ADMIN_TOKEN as a Bearer token is also told of readers and of the inside.',
        response: { 200: StatusJson },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return statusJson(await read(), { version, isForOperator: isOperator(request, deps) });
    },
  );
}
