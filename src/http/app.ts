import { fileURLToPath } from 'node:url';
import formbody from '@fastify/formbody';
import helmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { HttpDeps } from './deps.ts';
import { describeSchemaErrors, installErrors } from './errors.ts';
import { confirmRoutes } from './routes/confirm.ts';
import { dataLinkRoutes } from './routes/data-links.ts';
import { digestRoutes } from './routes/digests.ts';
import { feedRoutes } from './routes/feeds.ts';
import { healthRoutes } from './routes/health.ts';
import { inboxRoutes } from './routes/inbox.ts';
import { paperRoutes } from './routes/papers.ts';
import { preferenceRoutes } from './routes/preferences.ts';
import { signUpRoutes } from './routes/sign-up.ts';
import { unsubscribeRoutes } from './routes/unsubscribe.ts';

const ASSETS = fileURLToPath(new URL('../../templates/pages/assets/', import.meta.url));

/** Nobody sends us more than a form or a few preferences. */
const MAX_BODY_BYTES = 64 * 1024;

/** A request that takes longer is cut off, so that slow ones cannot hold every connection. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Papers' ids (old arXiv ones hold a slash) and tokens are longer than Fastify's default of 100. */
const MAX_PARAM_LENGTH = 300;

const POLICY = {
  defaultSrc: ["'none'"],
  styleSrc: ["'self'"],
  scriptSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  formAction: ["'self'"],
  frameSrc: ["'self'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
};

export type App = FastifyInstance;

/** Builds the site and API; the caller listens. */
export async function buildApp(deps: HttpDeps): Promise<App> {
  const logger: FastifyBaseLogger = deps.logger;
  const app = Fastify({
    loggerInstance: logger,
    disableRequestLogging: true,
    trustProxy: trustedProxies(deps.config.trustProxy),
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH, ignoreTrailingSlash: true },
    ajv: {
      customOptions: {
        coerceTypes: false,
        removeAdditional: false,
        allErrors: true,
        verbose: true,
      },
    },
    schemaErrorFormatter: describeSchemaErrors,
  });

  installErrors(app, deps);
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: POLICY },
    // Tokens stand in addresses: they must not reach the sites that our pages link to.
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: deps.config.publicUrl.startsWith('https:')
      ? { maxAge: 31_536_000 }
      : false,
    crossOriginEmbedderPolicy: false,
  });
  await app.register(swagger, {
    openapi: {
      info: {
        title: `${deps.config.siteName} API`,
        description: 'Sign-up, preferences, papers and digests. Days and times are UTC.',
        version: deps.version,
        license: { name: 'MIT' },
      },
      servers: [{ url: deps.config.publicUrl }],
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
  await app.register(formbody, { bodyLimit: MAX_BODY_BYTES });
  await app.register(fastifyStatic, {
    root: ASSETS,
    prefix: '/assets/',
    immutable: true,
    maxAge: '365d',
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());

  const routes = [
    healthRoutes,
    signUpRoutes,
    confirmRoutes,
    preferenceRoutes,
    unsubscribeRoutes,
    dataLinkRoutes,
    paperRoutes,
    digestRoutes,
    feedRoutes,
    inboxRoutes,
  ];
  for (const register of routes) await app.register(async (scope) => register(scope, deps));
  return app;
}

/** A number means so many proxies in front of us. */
function trustedProxies(
  trust: boolean | string | number,
): boolean | string | ((address: string, hop: number) => boolean) {
  return typeof trust === 'number' ? (_address, hop) => hop < trust : trust;
}
