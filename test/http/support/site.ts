import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import type { Logger } from 'pino';
import type { Database } from '../../../src/db/client.ts';
import { createSignupLimit } from '../../../src/db/subscribers/signup-limits.ts';
import { findSubscriberByEmail } from '../../../src/db/subscribers/subscribers.ts';
import { listDueTransactionalEmails } from '../../../src/db/transactional/transactional-emails.ts';
import { buildHttpServer } from '../../../src/http/app.ts';
import type { HttpDeps } from '../../../src/http/deps.ts';
import { loadPages } from '../../../src/http/pages/index.ts';
import type { TypedFastify } from '../../../src/http/typed-fastify.ts';
import type { ParsedMail, StoredMessage } from '../../../src/inbox/inbox.ts';
import { createLogger } from '../../../src/log.ts';
import { openTestApp, type TestApp } from '../../support/test-app.ts';

/** The site with a real database and queue, without a port: requests are injected. */
export interface TestSite extends TestApp {
  fastify: TypedFastify;
  deps: HttpDeps;
  database: Database;
  /** The lines of the site's log. */
  log: string[];
  request(options: InjectOptions): Promise<LightMyRequestResponse>;
  /** A page as a browser asks for it. */
  page(url: string): Promise<LightMyRequestResponse>;
  /** A form as a browser sends it. */
  post(url: string, fields?: Record<string, string | string[]>): Promise<LightMyRequestResponse>;
  /** Sends due transactional e-mails; returns the newest mail to `email`. */
  mailTo(email: string): Promise<{ entry: StoredMessage; parsed: ParsedMail }>;
  /** Asks for a link that is mailed, and returns its path. */
  requestLinkPath(email: string, verb: string): Promise<string>;
  /** The token of the subscriber's links. */
  tokenOf(email: string, digestId?: number): Promise<string>;
}

const KEY = 'links of the tests are signed with this one';

export async function openTestSite(env: Record<string, string> = {}): Promise<TestSite> {
  const test = await openTestApp({ SECRET_KEY: KEY, ...env });
  const { app } = test;
  const log: string[] = [];
  const { siteName: name, publicUrl, postalAddress, signupsPerHour } = app.config;
  const deps: HttpDeps = {
    ...app,
    logger: recordingLogger(log),
    version: '0.0.0-test',
    suppressionKey: app.keys.suppressionKey,
    allowsLookups: app.config.sources.allowsLookups,
    pages: loadPages({ name, publicUrl, postalAddress }),
    limitSignup: createSignupLimit(app.database.pool, signupsPerHour),
  };
  const fastify = await buildHttpServer(deps);
  const site: TestSite = {
    ...test,
    fastify,
    deps,
    database: app.database,
    log,
    request: (options) => fastify.inject(options),
    page: (url) => fastify.inject({ url, headers: { accept: 'text/html' } }),
    post: (url, fields = {}) =>
      fastify.inject({
        method: 'POST',
        url,
        headers: { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
        payload: encode(fields),
      }),
    async mailTo(email) {
      await sendTransactionalEmails(test);
      const { inbox } = app;
      const entry = await inbox?.waitFor(({ to }) => to.includes(email), { timeoutMs: 60_000 });
      const mail = entry && (await inbox?.read(entry.id));
      if (!mail) throw new Error(`No mail for ${email} came.`);
      return mail;
    },
    async requestLinkPath(email, verb) {
      const { parsed } = await site.mailTo(email);
      const link = parsed.text?.split(/\s+/).find((word) => word.includes(`/${verb}/`));
      if (!link) throw new Error(`The mail to ${email} has no link to ${verb}.`);
      return new URL(link).pathname;
    },
    async tokenOf(email, digestId) {
      const subscriber = await findSubscriberByEmail(app.db, email);
      if (!subscriber) throw new Error(`${email} is no subscriber.`);
      const subscriberId = subscriber.id;
      return app.tokens.seal(
        digestId === undefined
          ? { kind: 'subscriber', subscriberId }
          : { kind: 'delivery', digestId, subscriberId },
      );
    },
    close: async () => {
      await fastify.close();
      await test.close();
    },
  };
  return site;
}

/** Does what a worker does for the job `transactional-email`. */
async function sendTransactionalEmails({ app, clock }: TestApp): Promise<void> {
  for (const emailId of await listDueTransactionalEmails(app.db, clock(), 100)) {
    await app.handlers['transactional-email']({ emailId });
  }
}

function encode(fields: Record<string, string | string[]>): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map((each): [string, string] => [name, each]),
  );
  return new URLSearchParams(pairs).toString();
}

function recordingLogger(lines: string[]): Logger {
  return createLogger('info', { write: (line: string) => void lines.push(line) });
}
