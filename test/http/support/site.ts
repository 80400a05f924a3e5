import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import type { Logger } from 'pino';
import type { Database } from '../../../src/db/client.ts';
import { listDueLetters } from '../../../src/db/letters.ts';
import { findSubscriberByEmail } from '../../../src/db/subscribers.ts';
import { buildApp } from '../../../src/http/app.ts';
import type { HttpDeps } from '../../../src/http/deps.ts';
import { loadPages } from '../../../src/http/pages/index.ts';
import { limitSignups } from '../../../src/http/signup-limit.ts';
import type { App } from '../../../src/http/typed-app.ts';
import type { InboxEntry, ParsedMail } from '../../../src/inbox/inbox.ts';
import { openLog } from '../../../src/log.ts';
import { openTestParts, type TestParts } from '../../support/parts.ts';

/** The site on real parts, without a port: requests are injected. */
export interface TestSite extends TestParts {
  app: App;
  deps: HttpDeps;
  database: Database;
  /** What the site wrote down, a line each. */
  log: string[];
  ask(options: InjectOptions): Promise<LightMyRequestResponse>;
  /** A page as a browser asks for it. */
  page(url: string): Promise<LightMyRequestResponse>;
  /** A form as a browser sends it. */
  post(url: string, fields?: Record<string, string | string[]>): Promise<LightMyRequestResponse>;
  /** Has due letters sent; returns the newest mail to `email`. */
  mailTo(email: string): Promise<{ entry: InboxEntry; parsed: ParsedMail }>;
  /** Asks for a link that is mailed, and returns its path. */
  mailedPath(email: string, verb: string): Promise<string>;
  /** The token of the reader's own links. */
  tokenOf(email: string, digestId?: number): Promise<string>;
}

const KEY = 'links of the tests are signed with this one';

export async function openTestSite(env: Record<string, string> = {}): Promise<TestSite> {
  const test = await openTestParts({ SECRET_KEY: KEY, ...env });
  const { parts } = test;
  const log: string[] = [];
  const { siteName: name, publicUrl, postalAddress, signupsPerHour } = parts.config;
  const deps: HttpDeps = {
    ...parts,
    logger: recordingLogger(log),
    version: '0.0.0-test',
    suppressionKey: parts.keys.suppressionKey,
    pages: loadPages({ name, publicUrl, postalAddress }),
    limitSignup: limitSignups(parts.database.pool, signupsPerHour),
  };
  const app = await buildApp(deps);
  const site: TestSite = {
    ...test,
    app,
    deps,
    database: parts.database,
    log,
    ask: (options) => app.inject(options),
    page: (url) => app.inject({ url, headers: { accept: 'text/html' } }),
    post: (url, fields = {}) =>
      app.inject({
        method: 'POST',
        url,
        headers: { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
        payload: encode(fields),
      }),
    async mailTo(email) {
      await sendLetters(test);
      const { inbox } = parts;
      const entry = await inbox?.waitFor(({ to }) => to.includes(email), { timeoutMs: 5000 });
      const mail = entry && (await inbox?.read(entry.id));
      if (!mail) throw new Error(`No mail for ${email} came.`);
      return mail;
    },
    async mailedPath(email, verb) {
      const { parsed } = await site.mailTo(email);
      const link = parsed.text?.split(/\s+/).find((word) => word.includes(`/${verb}/`));
      if (!link) throw new Error(`The mail to ${email} has no link to ${verb}.`);
      return new URL(link).pathname;
    },
    async tokenOf(email, digestId = 0) {
      const reader = await findSubscriberByEmail(parts.db, email);
      if (!reader) throw new Error(`${email} is no reader.`);
      return parts.tokens.seal({ digestId, subscriberId: reader.id });
    },
    close: async () => {
      await app.close();
      await test.close();
    },
  };
  return site;
}

/** As the worker does when the queue rings. */
async function sendLetters({ parts, clock }: TestParts): Promise<void> {
  for (const letterId of await listDueLetters(parts.db, clock(), 100)) {
    await parts.handlers.letter({ letterId });
  }
}

function encode(fields: Record<string, string | string[]>): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map((each): [string, string] => [name, each]),
  );
  return new URLSearchParams(pairs).toString();
}

function recordingLogger(lines: string[]): Logger {
  return openLog('info', { write: (line: string) => void lines.push(line) });
}
