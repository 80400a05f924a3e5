import { fileURLToPath } from 'node:url';
import formbody from '@fastify/formbody';
import helmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyBaseLogger } from 'fastify';
import type { HttpDeps } from './deps.ts';
import { answerBadUrl, describeSchemaErrors, installErrors } from './errors.ts';
import { describeApi } from './openapi.ts';
import { logRequests, newRequestId, silentLogController } from './request-log.ts';
import { confirmRoutes } from './routes/confirm.ts';
import { dataLinkRoutes } from './routes/data-links.ts';
import { digestRoutes } from './routes/digests.ts';
import { feedbackRoutes } from './routes/feedback.ts';
import { feedRoutes } from './routes/feeds.ts';
import { healthRoutes } from './routes/health.ts';
import { inboxRoutes } from './routes/inbox.ts';
import { keywordRoutes } from './routes/keywords.ts';
import { learnedRoutes } from './routes/learned.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { paperRoutes } from './routes/papers.ts';
import { paperApiRoutes } from './routes/papers-api.ts';
import { preferenceRoutes } from './routes/preferences.ts';
import { preferenceApiRoutes } from './routes/preferences-api.ts';
import { privateFeedRoutes } from './routes/private-feed.ts';
import { robotRoutes } from './routes/robots.ts';
import { signUpRoutes } from './routes/sign-up.ts';
import { statusRoutes } from './routes/status.ts';
import { topicRoutes } from './routes/topics.ts';
import { unsubscribeRoutes } from './routes/unsubscribe.ts';
import type { App, SchemaTypes } from './typed-app.ts';

const ASSETS = fileURLToPath(new URL('../../templates/pages/assets/', import.meta.url));

/** Nobody sends us more than a form or a few preferences. The largest form names forty words, each of them up to
 *  three times, in escapes of nine letters for one of a Chinese word. */
const MAX_BODY_BYTES = 128 * 1024;

/** A request that takes longer is cut off, so that slow ones cannot hold every connection. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Papers' ids (old arXiv ones hold a slash) and tokens are longer than Fastify's default of 100. */
const MAX_PARAM_LENGTH = 300;

const ONE_YEAR_SECONDS = 31_536_000;

/** Routes whose addresses hold a token, and the local inbox. */
const PRIVATE_ROUTE = /:token|^\/(unsubscribe|inbox|feeds)\b/;

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

/** Builds the site and API; the caller listens. */
export async function buildApp(deps: HttpDeps): Promise<App> {
  const app = createServer(deps);
  logRequests(app, deps.metrics.request);
  keepPrivate(app);
  installErrors(app, deps);
  await protect(app, deps);
  await describeApi(app, deps);
  await takeForms(app);
  await serveAssets(app);
  for (const register of ROUTES) await app.register(async (scope) => register(scope, deps));
  return app;
}

const ROUTES = [
  healthRoutes,
  statusRoutes,
  metricsRoutes,
  signUpRoutes,
  confirmRoutes,
  preferenceRoutes,
  preferenceApiRoutes,
  unsubscribeRoutes,
  feedbackRoutes,
  learnedRoutes,
  dataLinkRoutes,
  paperRoutes,
  paperApiRoutes,
  topicRoutes,
  keywordRoutes,
  digestRoutes,
  feedRoutes,
  privateFeedRoutes,
  robotRoutes,
  inboxRoutes,
];

function createServer({ logger, config }: HttpDeps): App {
  const loggerInstance: FastifyBaseLogger = logger;
  return Fastify({
    loggerInstance,
    genReqId: newRequestId,
    logController: silentLogController(),
    trustProxy: trustedProxies(config.trustProxy),
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
    frameworkErrors: answerBadUrl,
  }).withTypeProvider<SchemaTypes>();
}

async function protect(app: App, { config }: HttpDeps): Promise<void> {
  const hasHttps = config.publicUrl.startsWith('https:');
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: POLICY },
    // Tokens stand in addresses: they must not reach the sites that our pages link to.
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: hasHttps ? { maxAge: ONE_YEAR_SECONDS } : false,
    crossOriginEmbedderPolicy: false,
    // A hint about memory that browsers complain of when one page of many, a mail's, is opened apart.
    originAgentCluster: false,
  });
}

/** JSON and forms. Nothing here takes plain text, which other sites' pages may send without asking. */
async function takeForms(app: App): Promise<void> {
  app.removeContentTypeParser('text/plain');
  await app.register(formbody, { bodyLimit: MAX_BODY_BYTES });
}

async function serveAssets(app: App): Promise<void> {
  await app.register(fastifyStatic, {
    root: ASSETS,
    prefix: '/assets/',
    immutable: true,
    maxAge: '365d',
  });
  // Asked for beside a mail's own page, which names no icon.
  app.get('/favicon.ico', { schema: { hide: true } }, async (_request, reply) =>
    reply.sendFile('icon.svg', { immutable: false, maxAge: '1d' }),
  );
}

/** What a token opens is its reader's alone: no browser or proxy keeps a copy. */
function keepPrivate(app: App): void {
  app.addHook('onRequest', async (request, reply) => {
    if (PRIVATE_ROUTE.test(request.routeOptions.url ?? '')) {
      reply.header('cache-control', 'no-store');
    }
  });
}

/** A number means so many proxies in front of us. */
function trustedProxies(
  trust: boolean | string | number,
): boolean | string | ((address: string, hop: number) => boolean) {
  return typeof trust === 'number' ? (_address, hop) => hop < trust : trust;
}
