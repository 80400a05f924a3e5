import { answers } from '../../db/reach.ts';
import type { HttpDeps } from '../deps.ts';
import { Alive, Readiness } from '../schemas.ts';
import type { App } from '../typed-app.ts';

/** Whether the process lives, and whether it can do its work. */
export async function healthRoutes(app: App, { db, queue }: HttpDeps): Promise<void> {
  app.get(
    '/healthz',
    { schema: { tags: ['health'], summary: 'Alive', response: { 200: Alive } } },
    async () => ({ status: 'ok' }),
  );

  app.get(
    '/readyz',
    {
      schema: {
        tags: ['health'],
        summary: 'Database and queue answer',
        response: { 200: Readiness, 503: Readiness },
      },
    },
    async (_request, reply) => {
      const checks = {
        database: await passes(() => answers(db)),
        queue: await passes(() => queue.check()),
      };
      const isReady = Object.values(checks).every((check) => check === 'ok');
      return reply
        .code(isReady ? 200 : 503)
        .send({ status: isReady ? 'ok' : 'unavailable', checks });
    },
  );
}

const CHECK_TIMEOUT_MS = 3000;

/** A part that hangs is as bad as one that fails. */
async function passes(check: () => Promise<unknown>): Promise<'ok' | 'failed'> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'failed'>((resolve) => {
    timer = setTimeout(() => resolve('failed'), CHECK_TIMEOUT_MS);
  });
  const result = check().then(
    () => 'ok' as const,
    () => 'failed' as const,
  );
  return Promise.race([result, timeout]).finally(() => clearTimeout(timer));
}
