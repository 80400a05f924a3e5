import { PARTS_LOOKED_AT, type PartLookedAt } from '../../services/support/readiness.ts';
import type { HttpDeps } from '../deps.ts';
import { Alive, Readiness, ReadinessQuery } from '../schemas.ts';
import type { App } from '../typed-app.ts';

/** Whether the process lives, and whether what it works with does. */
export async function healthRoutes(
  app: App,
  { readiness }: Pick<HttpDeps, 'readiness'>,
): Promise<void> {
  app.get(
    '/healthz',
    { schema: { tags: ['health'], summary: 'Alive', response: { 200: Alive } } },
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
        summary: 'Database, tables, queue and relay are in order',
        querystring: ReadinessQuery,
        response: { 200: Readiness, 503: Readiness },
      },
    },
    async (request, reply) => {
      const states = await readiness.look();
      const excluded = [request.query.exclude ?? []].flat();
      const each = <Value>(of: (part: PartLookedAt) => Value) =>
        Object.fromEntries(PARTS_LOOKED_AT.map((part) => [part, of(part)])) as Record<
          PartLookedAt,
          Value
        >;
      const isReady = PARTS_LOOKED_AT.every(
        (part) => excluded.includes(part) || states[part].word === 'ok',
      );
      return reply
        .code(isReady ? 200 : 503)
        .header('cache-control', 'no-store')
        .send({
          status: isReady ? 'ok' : 'unavailable',
          checks: each((part) => states[part].word),
          sentences: each((part) => states[part].sentence),
        });
    },
  );
}
