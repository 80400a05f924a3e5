import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { HttpDeps } from './deps.ts';
import type { TypedFastify } from './typed-fastify.ts';

/** The page at `/docs` loads nothing from other hosts. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/**
 * Serves the OpenAPI description of all routes registered after it at `/openapi.json`, and a page
 * for it at `/docs`.
 */
export async function registerOpenApi(
  app: TypedFastify,
  { config, version }: HttpDeps,
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.0.3',
      info: {
        title: `${config.siteName} API`,
        description: 'Sign-up, preferences, papers and digests. Days and times are UTC.',
        version,
        license: { name: 'MIT' },
      },
      servers: [{ url: config.publicUrl }],
    },
    transform: ({ schema, url }) => ({ schema: nameWildcardParam(schema), url: nameWildcard(url) }),
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_POLICY,
    uiConfig: { validatorUrl: null },
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}

/** OpenAPI has no wildcard parameters; ours are always an id. */
const WILDCARD = '*';

function nameWildcard(url: string): string {
  return url.replace(/\*$/, ':id');
}

function nameWildcardParam<Schema extends object>(schema: Schema): Schema {
  const { params } = schema as { params?: { properties?: Record<string, unknown> } };
  const wildcardSchema = params?.properties?.[WILDCARD];
  if (wildcardSchema === undefined) return schema;
  return {
    ...schema,
    params: { type: 'object', required: ['id'], properties: { id: wildcardSchema } },
  };
}
