import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findSubscriberByEmail } from '../../src/db/subscribers/subscribers.ts';
import { sendDigest } from '../../src/services/deliveries/send-digest.ts';
import { composeDigest } from '../../src/services/digests/compose-digest.ts';
import { importPapers } from '../../src/services/papers/import-papers.ts';
import { readSeed } from '../../src/wiring/database.ts';
import { type BrowserSite, type MonitoredPage, openBrowserSite } from './support/site.ts';

const ONE_DAY_MS = 86_400_000;

let site: BrowserSite;
let seeds: object[] = [];
beforeAll(async () => {
  site = await openBrowserSite();
  seeds = JSON.parse(await readSeed('papers.json'));
});
afterAll(() => site?.close());

describe.each([
  { how: 'with JavaScript', javaScriptEnabled: true, date: '2026-05-08', papers: [0, 25] },
  { how: 'without JavaScript', javaScriptEnabled: false, date: '2026-05-09', papers: [25, 49] },
])('A subscriber $how', ({ javaScriptEnabled, date, papers }) => {
  const email = `subscriber-${date}@example.org`;
  let monitored: MonitoredPage;
  beforeAll(async () => {
    const text = JSON.stringify(seeds.slice(...papers));
    await importPapers(site.app.db, { text, source: 'file' }, site.clock());
    monitored = await site.open({ javaScriptEnabled, timezoneId: 'Europe/Berlin' });
  });
  afterAll(async () => {
    await monitored?.close();
    site.clock.advance(ONE_DAY_MS);
  });

  it('A subscriber signs up, sets preferences, gets a digest, reads it on the web and unsubscribes', async () => {
    const { page, problems } = monitored;

    await page.goto(site.url);
    await page.getByRole('link', { name: 'Get it by email' }).click();
    const signUpForm = page.locator('#sign-up');
    await signUpForm.getByLabel('Deliver to').fill(email);
    const zone = await signUpForm.getByLabel('Time zone').inputValue();
    expect(zone).toBe(javaScriptEnabled ? 'Europe/Berlin' : 'UTC');
    await signUpForm.getByRole('checkbox').first().check();
    await signUpForm.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByRole('heading', { name: 'Check your inbox' }).waitFor();

    await waitForMail(email, /^Confirm/);
    await page.goto(`${site.url}/inbox`);
    await page
      .getByRole('link', { name: /^Confirm/ })
      .first()
      .click();
    const popup = page.waitForEvent('popup');
    await page.frameLocator('iframe').locator('a[href*="/confirm/"]').first().click();
    const confirmation = await popup;
    await confirmation.getByText('Confirm and your first digest arrives').waitFor();
    expect((await findSubscriberByEmail(site.app.db, email))?.status).toBe('pending');
    await confirmation.getByRole('button', { name: 'Confirm subscription' }).click();
    await confirmation.getByRole('heading', { name: 'You’re subscribed' }).waitFor();
    expect((await findSubscriberByEmail(site.app.db, email))?.status).toBe('active');

    await confirmation.getByRole('heading', { name: /^Choose three of these/ }).waitFor();
    await confirmation.locator('.page-links a[href*="/preferences/"]').click();
    await confirmation.getByRole('heading', { name: 'Your settings', level: 1 }).waitFor();
    await confirmation.getByLabel('Hour').selectOption('06:00');
    await confirmation.getByLabel('5 papers', { exact: true }).check();
    await confirmation.getByLabel('Add a keyword or phrase').fill('speculative decoding');
    await confirmation.getByRole('button', { name: 'Add to your keywords' }).click();
    await confirmation.locator('.phrase-text', { hasText: 'speculative decoding' }).waitFor();
    await confirmation.getByLabel('Add a keyword or phrase').fill('stateless');
    await confirmation.getByRole('button', { name: 'Save changes' }).click();
    await confirmation.locator('.phrase-text', { hasText: 'stateless' }).waitFor();
    expect(await findSubscriberByEmail(site.app.db, email)).toMatchObject({
      hour: 6,
      papers: 5,
      keywords: ['speculative decoding', 'stateless'],
    });
    await confirmation.close();

    await deliver(date);
    const mail = await waitForMail(email, /, and 4 more$/);
    await page.goto(`${site.url}/inbox`);
    await page.getByRole('link', { name: mail.subject }).first().click();
    const web = page.waitForEvent('popup');
    await page.frameLocator('iframe').locator('a[href*="/view/"]').first().click();
    const view = await web;
    await view.waitForLoadState();
    expect(new URL(view.url()).pathname).toMatch(/^\/view\//);
    expect(await view.locator('h1, h2').count()).toBeGreaterThan(1);

    await view.locator('a[href*="/unsubscribe/"]').first().click();
    await view.getByRole('heading', { name: 'Unsubscribe' }).waitFor();
    expect((await findSubscriberByEmail(site.app.db, email))?.status).toBe('active');
    await view.getByRole('button', { name: 'Unsubscribe' }).click();
    await view.getByRole('heading', { name: 'You’ve unsubscribed' }).waitFor();
    expect((await findSubscriberByEmail(site.app.db, email))?.status).toBe('unsubscribed');

    expect(problems).toEqual([]);
  });

  it('A refused sign-up form shows the problem and keeps the values', async () => {
    const { page, problems } = monitored;
    await page.goto(site.url);
    const signUpForm = page.locator('#sign-up');
    await signUpForm.getByLabel('Deliver to').fill('ada@example');
    await signUpForm.getByLabel('at', { exact: true }).selectOption('21:00');
    await signUpForm.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByText('“ada@example” lacks the part after the dot. Nothing was sent.').waitFor();
    expect(await signUpForm.getByLabel('Deliver to').inputValue()).toBe('ada@example');
    expect(await signUpForm.getByLabel('at', { exact: true }).inputValue()).toBe('21');
    // The browser reports only that the response was a 400.
    expect(problems.filter((problem) => !problem.includes('status of 400'))).toEqual([]);
  });

  it('Following the links of the site causes no browser error', async () => {
    const { page, close, problems } = await site.open({ javaScriptEnabled });
    await page.goto(site.url);
    await page.locator('.week').getByRole('listitem').first().waitFor();
    await page.getByRole('link', { name: 'Search', exact: true }).click();
    await page.getByLabel('Keywords').fill('decoding');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('heading', { name: 'Papers that mention “decoding”' }).waitFor();
    await page.locator('.paper-list a').first().click();
    await page.getByRole('link', { name: 'Archive', exact: true }).first().click();
    await page.locator('.archive a').first().click();
    await page.getByRole('link', { name: 'All digests' }).waitFor();
    await page.getByRole('link', { name: 'API', exact: true }).click();
    if (javaScriptEnabled) await page.getByText('Sign up').waitFor();
    expect(problems).toEqual([]);
    await close();
  });
});

/** Waits for the mail to `email` with that subject. */
async function waitForMail(email: string, subject: RegExp) {
  const { inbox } = site.app;
  if (!inbox) throw new Error('The test needs the local inbox.');
  return inbox.waitFor((entry) => entry.to.includes(email) && subject.test(entry.subject), {
    timeoutMs: 60_000,
  });
}

/** Composes and sends the digest of the day. */
async function deliver(date: string): Promise<void> {
  const { app, clock } = site;
  const { digest } = await composeDigest(app.db, { kind: 'daily', date, now: clock() });
  if (!digest) throw new Error(`No digest of ${date} was composed.`);
  const onProgress = () => undefined;
  const { signal } = new AbortController();
  const { kind, status } = await sendDigest(app, {
    digest,
    isImmediate: true,
    onProgress,
    signal,
  });
  expect([kind, status.states.sent]).toEqual(['done', 1]);
}
