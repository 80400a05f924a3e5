import { readStatus } from '../../services/monitoring/read-status.ts';
import type { HttpDeps } from '../deps.ts';
import { sendPage } from '../errors.ts';
import { isOperator, sendUnauthorized } from '../operator-auth.ts';
import { StatusQuery } from '../schemas.ts';
import type { TypedFastify } from '../typed-fastify.ts';
import { toStatusJson } from './status-json.ts';
import { StatusJson } from './status-schemas.ts';

/** The status of the installation: a summary for everybody, all of it for operators. */
export async function statusRoutes(app: TypedFastify, deps: HttpDeps): Promise<void> {
  const { config, db, clock, pages, version, readiness, sourceNames } = deps;
  const readCurrentStatus = () =>
    readStatus(db, { now: clock(), composeAt: config.composeAt, sourceNames });

  const forPerson = { schema: { querystring: StatusQuery, hide: true } };
  app.get('/status', forPerson, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const isForOperator = isOperator(request, deps);
    if (request.query.for === 'operator' && !isForOperator) return sendUnauthorized(reply, deps);
    const [status, checks] = [await readCurrentStatus(), await readiness.check()];
    return sendPage(reply, pages.status({ status, checks, version, isForOperator }));
  });

  app.get(
    '/api/status',
    {
      schema: {
        tags: ['health'],
        summary: 'Sources, digests, queue and alerts',
        description:
          'With ADMIN_TOKEN as a Bearer token, the answer has details about subscribers and internals.',
        response: { 200: StatusJson },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return toStatusJson(await readCurrentStatus(), {
        version,
        isForOperator: isOperator(request, deps),
      });
    },
  );
}
