import type { CommandIo } from '../control/io.ts';
import { findDelivery } from '../db/deliveries.ts';
import { findSubscriberByEmail } from '../db/subscribers.ts';
import { addDays } from '../domain/schedule.ts';
import type { Inbox, InboxEntry } from '../inbox/inbox.ts';
import { composeDigest } from '../services/compose-digest.ts';
import { importPapers } from '../services/import-papers.ts';
import { sendDigest } from '../services/send-digest.ts';
import { readSeed } from '../wiring/database.ts';
import type { Parts } from '../wiring/parts.ts';
import { fetchSeedPapers, SEED_DAY } from './demo-source.ts';
import { say } from './output.ts';

const READERS = {
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
 * Tells the story of Paperboy with real parts: requests over HTTP, mail over SMTP. Every step is
 * checked; the first that did not happen throws.
 */
export async function tellStory(
  parts: Parts,
  io: CommandIo,
  { fromSource = false }: { fromSource?: boolean } = {},
): Promise<void> {
  const { db, clock, config, inbox } = parts;
  if (!inbox) throw new Error('The demo needs the local inbox.');
  const site = `http://127.0.0.1:${config.port}`;
  const startedAt = performance.now();
  const step = (text: string) =>
    say(io, `${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${text}`);

  if (fromSource) {
    for (const each of await fetchSeedPapers(parts, io.signal)) await step(each);
  } else {
    const text = await readSeed('papers.json');
    const { read } = await importPapers(db, { text, source: 'file' }, clock());
    await step(`${read} seed papers of ${SEED_DAY} are stored and have their topics.`);
  }

  const preferencesOf: Record<string, string> = {};
  for (const reader of Object.values(READERS)) {
    await signUp(site, reader);
    await step(
      `${reader.email} signed up through POST /api/subscribers, for ${reader.topics.join(', ')}.`,
    );
    const link = await linkInMail(inbox, reader.email, '/confirm/');
    await step(`The confirmation mail for ${reader.email} came by SMTP.`);
    preferencesOf[reader.email] = await confirm(site, link);
    await step(`${reader.email} opened the link and confirmed.`);
  }

  // What Hugging Face lists may be used on the day after.
  const date = fromSource ? addDays(SEED_DAY, 1) : SEED_DAY;
  const { digest, isNew } = await composeDigest(db, {
    kind: 'daily',
    date,
    now: clock(),
  });
  ensure(
    digest !== null && isNew && digest.audience === 2,
    'the digest was not composed for two readers',
  );
  await step(
    `The digest of ${date} is composed: ${digest.papers} papers, ${digest.audience} deliveries pending.`,
  );

  await unsubscribe(site, tokenOf(preferencesOf[READERS.bob.email]));
  await step('bob@example.net left by the one-click link while the delivery was pending.');

  const { status } = await sendDigest(parts, {
    digest,
    isNow: true,
    onProgress: () => undefined,
    signal: io.signal,
  });
  ensure(
    status.states.sent === 1 && status.states.skipped === 1,
    `the states are ${JSON.stringify(status.states)}`,
  );
  ensure((await stateOf(parts, digest.id, READERS.bob.email)) === 'skipped', 'bob was not skipped');
  await step('The worker sent: 1 sent, 1 skipped.');

  const mail = await waitForMail(inbox, READERS.ada.email, isDigest);
  const parsed = (await inbox.read(mail.id))?.parsed;
  ensure(parsed?.text != null && parsed.html != null, 'the digest lacks a part');
  ensure(
    !(await inbox.list()).some((entry) => entry.to.includes(READERS.bob.email) && isDigest(entry)),
    'bob got a digest',
  );
  await step(`ada@example.org’s own digest arrived by SMTP: “${mail.subject}”.`);

  const unsubscribeLink =
    parsed.headers.find(({ name }) => name.toLowerCase() === 'list-unsubscribe')?.value ?? '';
  const token = tokenOf(/<([^>]+)>/.exec(unsubscribeLink)?.[1]);
  await ensureOk(`${site}/view/${token}`, 'Paperboy');
  await ensureOk(`${site}/preferences/${token}`, READERS.ada.email);
  await ensureOk(`${site}/unsubscribe/${token}`, 'form');
  await step('Its web view, preference page and unsubscribe link work.');
}

async function signUp(site: string, reader: object): Promise<void> {
  const response = await fetch(`${site}/api/subscribers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(reader),
  });
  ensure(
    response.status === 202,
    `the sign-up was answered ${response.status}: ${await response.text()}`,
  );
}

/** Presses the button behind the link; returns the link to the preferences on the next page. */
async function confirm(site: string, link: string): Promise<string> {
  const path = new URL(link).pathname;
  const page = await ensureOk(`${site}${path}`, '<form');
  ensure(page.includes('method="post"'), 'the confirmation page has no form');
  const response = await fetch(`${site}${path}`, {
    method: 'POST',
    headers: { accept: 'text/html' },
  });
  ensure(response.status === 200, `the confirmation was answered ${response.status}`);
  return /href="([^"]*\/preferences\/[^"]+)"/.exec(await response.text())?.[1] ?? '';
}

/** As mail programs do it (RFC 8058). */
async function unsubscribe(site: string, token: string): Promise<void> {
  const response = await fetch(`${site}/unsubscribe/${token}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
  });
  ensure(response.status === 200, `the one-click unsubscribe was answered ${response.status}`);
}

async function linkInMail(inbox: Inbox, email: string, path: string): Promise<string> {
  const entry = await waitForMail(inbox, email, () => true);
  const text = (await inbox.read(entry.id))?.parsed.text ?? '';
  const link = text.split(/\s+/).find((word) => word.includes(path));
  ensure(link !== undefined, `the mail “${entry.subject}” has no link with ${path}`);
  return link;
}

/** Letters count no papers in their subjects. */
function isDigest({ subject }: InboxEntry): boolean {
  return /, and \d+ more$/.test(subject);
}

function waitForMail(
  inbox: Inbox,
  email: string,
  fits: (entry: InboxEntry) => boolean,
): Promise<InboxEntry> {
  return inbox.waitFor((entry) => entry.to.includes(email) && fits(entry), {
    timeoutMs: MAIL_TIMEOUT_MS,
  });
}

async function stateOf(
  { db }: Parts,
  digestId: number,
  email: string,
): Promise<string | undefined> {
  const subscriber = await findSubscriberByEmail(db, email);
  return subscriber ? (await findDelivery(db, digestId, subscriber.id))?.state : undefined;
}

async function ensureOk(url: string, holds: string): Promise<string> {
  const response = await fetch(url, { headers: { accept: 'text/html' } });
  const body = await response.text();
  ensure(response.status === 200, `${new URL(url).pathname} was answered ${response.status}`);
  ensure(body.includes(holds), `${new URL(url).pathname} does not hold “${holds}”`);
  return body;
}

function tokenOf(link: string | undefined): string {
  const token = link?.split('/').at(-1) ?? '';
  ensure(token !== '', 'a link with a token is missing');
  return token;
}

function ensure(happened: boolean, problem: string): asserts happened {
  if (!happened) throw new Error(`The story broke: ${problem}.`);
}
