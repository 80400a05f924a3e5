import type { TypedFastify } from './typed-fastify.ts';

/** Takes whatever is posted, and reads none of it: buttons in mails and mail programs send multipart,
 *  urlencoded or nothing at all, and not even a malformed Content-Type may keep a reader from saying
 *  what the address says already. */
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
