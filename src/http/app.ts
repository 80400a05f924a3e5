import { fileURLToPath } from 'node:url';
import formbody from '@fastify/formbody';
import helmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyBaseLogger } from 'fastify';
import { privateFeedRoutes } from './deliveries/private-feed-routes.ts';
import type { HttpDeps } from './deps.ts';
import { digestRoutes } from './digests/digests.ts';
import { describeSchemaErrors, registerErrorHandlers, sendMalformedUrlError } from './errors.ts';
import { exampleRoutes } from './feedback/examples.ts';
import { feedbackRoutes } from './feedback/feedback.ts';
import { learnedRoutes } from './feedback/learned.ts';
import { shortLinkRoutes } from './feedback/short-links.ts';
import { inboxRoutes } from './inbox/inbox.ts';
import { libraryRoutes } from './library/library.ts';
import { healthRoutes } from './monitoring/health.ts';
import { metricsRoutes } from './monitoring/metrics.ts';
import { statusRoutes } from './monitoring/status.ts';
import { registerOpenApi } from './openapi.ts';
import { feedRoutes } from './papers/feeds.ts';
import { paperRoutes } from './papers/papers.ts';
import { paperApiRoutes } from './papers/papers-api.ts';
import { createRequestId, createSilentLogController, logRequests } from './request-log.ts';
import { robotRoutes } from './robots/robots-route.ts';
import { confirmRoutes } from './subscribers/confirm.ts';
import { dataLinkRoutes } from './subscribers/data-links.ts';
import { preferenceRoutes } from './subscribers/preferences.ts';
import { preferenceApiRoutes } from './subscribers/preferences-api.ts';
import { signUpRoutes } from './subscribers/sign-up.ts';
import { unsubscribeRoutes } from './subscribers/unsubscribe.ts';
import { keywordRoutes } from './topics/keywords.ts';
import { topicRoutes } from './topics/topics.ts';
import type { TypeboxTypeProvider, TypedFastify } from './typed-fastify.ts';

const ASSETS = fileURLToPath(new URL('../../templates/pages/assets/', import.meta.url));

/** Room for the largest settings form: forty keywords and names, each up to three times, with
 *  percent-encoded CJK characters of nine bytes each. */
const MAX_BODY_BYTES = 128 * 1024;

/** Slower requests are cut off, so that slow clients cannot occupy every connection. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Tokens and the ids of papers can be longer than Fastify's default of 100. */
const MAX_PARAM_LENGTH = 300;

const ONE_YEAR_SECONDS = 31_536_000;

/** Routes with a token in their URL, and the local inbox. */
const PRIVATE_ROUTE = /:token|^\/(unsubscribe|inbox|feeds)\b/;

const CONTENT_SECURITY_POLICY = {
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
export async function buildHttpServer(deps: HttpDeps): Promise<TypedFastify> {
  const app = createFastify(deps);
  logRequests(app, deps.metrics.observeRequest);
  forbidCaching(app);
  registerErrorHandlers(app, deps);
  await setSecurityHeaders(app, deps);
  await registerOpenApi(app, deps);
  await registerBodyParsers(app);
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
  shortLinkRoutes,
  learnedRoutes,
  exampleRoutes,
  libraryRoutes,
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

function createFastify({ logger, config }: HttpDeps): TypedFastify {
  const loggerInstance: FastifyBaseLogger = logger;
  return Fastify({
    loggerInstance,
    genReqId: createRequestId,
    logController: createSilentLogController(),
    trustProxy: resolveTrustProxy(config.trustProxy),
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
    frameworkErrors: sendMalformedUrlError,
  }).withTypeProvider<TypeboxTypeProvider>();
}

async function setSecurityHeaders(app: TypedFastify, { config }: HttpDeps): Promise<void> {
  const hasHttps = config.publicUrl.startsWith('https:');
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY_POLICY },
    // URLs contain tokens, which must not reach the sites that our pages link to.
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: hasHttps ? { maxAge: ONE_YEAR_SECONDS } : false,
    crossOriginEmbedderPolicy: false,
    // Browsers warn about this memory hint when a mail's iframe lacks it.
    originAgentCluster: false,
  });
}

/** Accepts JSON and forms. Not plain text: other sites can send that without a CORS preflight. */
async function registerBodyParsers(app: TypedFastify): Promise<void> {
  app.removeContentTypeParser('text/plain');
  await app.register(formbody, { bodyLimit: MAX_BODY_BYTES });
}

async function serveAssets(app: TypedFastify): Promise<void> {
  await app.register(fastifyStatic, {
    root: ASSETS,
    prefix: '/assets/',
    immutable: true,
    maxAge: '365d',
  });
  // Browsers request it for pages without an icon link, such as a mail's HTML.
  app.get('/favicon.ico', { schema: { hide: true } }, async (_request, reply) =>
    reply.sendFile('icon.svg', { immutable: false, maxAge: '1d' }),
  );
}

/** Pages behind a token are private: no browser or proxy may store them. */
function forbidCaching(app: TypedFastify): void {
  app.addHook('onRequest', async (request, reply) => {
    if (PRIVATE_ROUTE.test(request.routeOptions.url ?? '')) {
      reply.header('cache-control', 'no-store');
    }
  });
}

/** A number is how many proxies are in front of us. */
function resolveTrustProxy(
  trust: boolean | string | number,
): boolean | string | ((address: string, hop: number) => boolean) {
  return typeof trust === 'number' ? (_address, hop) => hop < trust : trust;
}
