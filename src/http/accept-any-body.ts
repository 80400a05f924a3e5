import type { TypedFastify } from './typed-fastify.ts';

/**
 * Accepts any request body and ignores it. Mail programs post multipart, urlencoded or nothing, and
 * a malformed Content-Type must not make a POST fail whose URL says everything.
 */
export function acceptAnyBody(app: TypedFastify): void {
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume();
    payload.on('end', () => done(null));
    payload.on('error', () => done(null));
  });
  app.addHook('onRequest', async (request) => {
    request.headers['content-type'] = 'application/octet-stream';
  });
}
