import type { CommandIo } from '../../control/io.ts';
import { findDelivery } from '../../db/deliveries/deliveries.ts';
import { findSubscriberByEmail } from '../../db/subscribers/subscribers.ts';
import { addDays } from '../../domain/time/schedule.ts';
import type { Inbox, StoredMessage } from '../../inbox/inbox.ts';
import { sendDigest } from '../../services/deliveries/send-digest.ts';
import { composeDigest } from '../../services/digests/compose-digest.ts';
import { importPapers } from '../../services/papers/import-papers.ts';
import type { App } from '../../wiring/app.ts';
import { readSeed } from '../../wiring/database.ts';
import { printLine } from '../output.ts';
import { fetchSeedPapers, SEED_DAY } from './demo-source.ts';

const DEMO_SUBSCRIBERS = {
  ada: {
    email: 'ada@example.org',
    topics: ['ssm', 'efficiency', 'llm-inference'],
    keywords: ['speculative decoding'],
    papers: 10,
  },
  bob: { email: 'bob@example.net', topics: ['agents', 'rl'], keywords: [], papers: 5 },
};

const MAIL_TIMEOUT_MS = 15_000;

/**
 * Runs Paperboy from sign-up to unsubscription with real requests over HTTP and mail over SMTP, and
 * prints each step.
 * @throws Error at the first step that fails.
 */
export async function runDemoScenario(
  app: App,
  io: CommandIo,
  { fromSource = false }: { fromSource?: boolean } = {},
): Promise<void> {
  const { db, clock, config, inbox } = app;
  if (!inbox) throw new Error('The demo needs the local inbox.');
  const site = `http://127.0.0.1:${config.port}`;
  const startedAt = performance.now();
  const logStep = (text: string) =>
    printLine(io, `${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${text}`);

  if (fromSource) {
    for (const line of await fetchSeedPapers(app, io.signal)) await logStep(line);
  } else {
    const text = await readSeed('papers.json');
    const { read } = await importPapers(db, { text, source: 'file' }, clock());
    await logStep(`${read} seed papers of ${SEED_DAY} are stored and have their topics.`);
  }

  const preferenceLinks: Record<string, string> = {};
  for (const subscriber of Object.values(DEMO_SUBSCRIBERS)) {
    await signUp(site, subscriber);
    await logStep(
      `${subscriber.email} signed up through POST /api/subscribers, for ${subscriber.topics.join(', ')}.`,
    );
    const link = await findLinkInMail(inbox, subscriber.email, '/confirm/');
    await logStep(`The confirmation email for ${subscriber.email} came by SMTP.`);
    preferenceLinks[subscriber.email] = await confirmSubscription(site, link);
    await logStep(`${subscriber.email} opened the link and confirmed.`);
  }

  // A digest contains the papers that Hugging Face listed the day before.
  const date = fromSource ? addDays(SEED_DAY, 1) : SEED_DAY;
  const { digest, isNew } = await composeDigest(db, {
    kind: 'daily',
    date,
    now: clock(),
  });
  assertStep(
    digest !== null && isNew && digest.audience === 2,
    'the digest was not composed for two readers',
  );
  await logStep(
    `The digest of ${date} is composed: ${digest.papers} papers, ${digest.audience} deliveries pending.`,
  );

  await unsubscribe(site, extractToken(preferenceLinks[DEMO_SUBSCRIBERS.bob.email]));
  await logStep(
    'bob@example.net unsubscribed with the one-click link while the delivery was pending.',
  );

  const { status } = await sendDigest(app, {
    digest,
    isImmediate: true,
    onProgress: () => undefined,
    signal: io.signal,
  });
  assertStep(
    status.states.sent === 1 && status.states.skipped === 1,
    `the states are ${JSON.stringify(status.states)}`,
  );
  assertStep(
    (await findDeliveryState(app, digest.id, DEMO_SUBSCRIBERS.bob.email)) === 'skipped',
    'bob was not skipped',
  );
  await logStep('The worker sent: 1 sent, 1 skipped.');

  const mail = await waitForMail(inbox, DEMO_SUBSCRIBERS.ada.email, isDigestMail);
  const parsed = (await inbox.read(mail.id))?.parsed;
  assertStep(parsed?.text != null && parsed.html != null, 'the digest lacks a part');
  assertStep(
    !(await inbox.list()).some(
      (entry) => entry.to.includes(DEMO_SUBSCRIBERS.bob.email) && isDigestMail(entry),
    ),
    'bob got a digest',
  );
  await logStep(`ada@example.org’s digest arrived by SMTP: “${mail.subject}”.`);

  const unsubscribeLink =
    parsed.headers.find(({ name }) => name.toLowerCase() === 'list-unsubscribe')?.value ?? '';
  const token = extractToken(/<([^>]+)>/.exec(unsubscribeLink)?.[1]);
  await fetchPage(`${site}/view/${token}`, 'Paperboy');
  await fetchPage(`${site}/preferences/${token}`, DEMO_SUBSCRIBERS.ada.email);
  await fetchPage(`${site}/unsubscribe/${token}`, 'form');
  await logStep('Its web view, settings page and unsubscribe link work.');
}

async function signUp(site: string, subscriber: object): Promise<void> {
  const response = await fetch(`${site}/api/subscribers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(subscriber),
  });
  assertStep(
    response.status === 202,
    `the response to the sign-up was ${response.status}: ${await response.text()}`,
  );
}

/** Opens the link and submits its form; returns the link to the settings page from the response. */
async function confirmSubscription(site: string, link: string): Promise<string> {
  const path = new URL(link).pathname;
  const page = await fetchPage(`${site}${path}`, '<form');
  assertStep(page.includes('method="post"'), 'the confirmation page has no form');
  const response = await fetch(`${site}${path}`, {
    method: 'POST',
    headers: { accept: 'text/html' },
  });
  assertStep(response.status === 200, `the response to the confirmation was ${response.status}`);
  return /href="([^"]*\/preferences\/[^"]+)"/.exec(await response.text())?.[1] ?? '';
}

/** Unsubscribes as mail programs do (RFC 8058). */
async function unsubscribe(site: string, token: string): Promise<void> {
  const response = await fetch(`${site}/unsubscribe/${token}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
  });
  assertStep(
    response.status === 200,
    `the response to the one-click unsubscribe was ${response.status}`,
  );
}

async function findLinkInMail(inbox: Inbox, email: string, path: string): Promise<string> {
  const entry = await waitForMail(inbox, email, () => true);
  const text = (await inbox.read(entry.id))?.parsed.text ?? '';
  const link = text.split(/\s+/).find((word) => word.includes(path));
  assertStep(link !== undefined, `the email “${entry.subject}” has no link with ${path}`);
  return link;
}

/** Only the subject of a digest counts papers. */
function isDigestMail({ subject }: StoredMessage): boolean {
  return /, and \d+ more$/.test(subject);
}

function waitForMail(
  inbox: Inbox,
  email: string,
  matches: (entry: StoredMessage) => boolean,
): Promise<StoredMessage> {
  return inbox.waitFor((entry) => entry.to.includes(email) && matches(entry), {
    timeoutMs: MAIL_TIMEOUT_MS,
  });
}

async function findDeliveryState(
  { db }: App,
  digestId: number,
  email: string,
): Promise<string | undefined> {
  const subscriber = await findSubscriberByEmail(db, email);
  return subscriber ? (await findDelivery(db, digestId, subscriber.id))?.state : undefined;
}

async function fetchPage(url: string, expectedText: string): Promise<string> {
  const response = await fetch(url, { headers: { accept: 'text/html' } });
  const body = await response.text();
  assertStep(
    response.status === 200,
    `the response to ${new URL(url).pathname} was ${response.status}`,
  );
  assertStep(
    body.includes(expectedText),
    `${new URL(url).pathname} does not contain “${expectedText}”`,
  );
  return body;
}

function extractToken(link: string | undefined): string {
  const token = link?.split('/').at(-1) ?? '';
  assertStep(token !== '', 'a link with a token is missing');
  return token;
}

function assertStep(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new Error(`The demo failed: ${problem}.`);
}
