import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addTransactionalEmail,
  setTransactionalEmailToken,
} from '../../src/db/transactional/transactional-emails.ts';
import { hashToken } from '../../src/domain/links/tokens.ts';
import { composeDigest } from '../../src/services/digests/compose-digest.ts';
import { importPapers } from '../../src/services/papers/import-papers.ts';
import { readSeed } from '../../src/wiring/database.ts';
import { buildPaper, storePapers, storeSubscriber } from '../support/rows.ts';
import { findAccessibilityViolations } from './support/axe.ts';
import { type BrowserSite, openBrowserSite } from './support/site.ts';
import { storeSourceFailures } from './support/source-failures.ts';

const DATE = '2026-05-08';
const HOUR_MS = 3_600_000;

let site: BrowserSite;
let folder: string;
let paths: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paperboy-screenshots-'));
  site = await openBrowserSite();
  paths = await prepare();
});
afterAll(async () => {
  console.log(`Screenshots of every page are in ${folder}`);
  await site?.close();
});

const WIDTHS = [375, 1200] as const;
const SCHEMES = ['light', 'dark'] as const;
const VIEWPORTS = WIDTHS.flatMap((width) => SCHEMES.map((scheme) => ({ width, scheme })));

describe('Every page', () => {
  it.each(VIEWPORTS)(
    'Every page at $width px in $scheme fits its window, has readable type, passes axe and causes no browser error',
    async ({ width, scheme }) => {
      const { page, problems, close } = await site.open({
        viewport: { width, height: 800 },
        colorScheme: scheme,
      });
      const checkPage = async (name: string) => {
        const path = join(folder, `${name}-${width}-${scheme}.png`);
        // Full pages take long, so only the light ones are full.
        await page.screenshot({ path, fullPage: scheme === 'light' });
        expect([name, await measureWidth(page)]).toEqual([name, width]);
        expect([name, await smallTexts(page)]).toEqual([name, []]);
        expect([name, await findAccessibilityViolations(page)]).toEqual([name, []]);
      };
      for (const [name, path] of Object.entries(paths)) {
        await page.goto(site.url + path);
        await checkPage(name);
      }
      await page.goto(site.url);
      await page.getByRole('button', { name: 'Subscribe' }).click();
      await page.getByText('Nothing was sent.').waitFor();
      await checkPage('refused');
      // The browser reports the expected 404 and 400 responses, and nothing else.
      expect(problems.filter((problem) => !/status of 40[04]/.test(problem))).toEqual([]);
      await close();
    },
  );
});

/** Stores papers, a sent digest and subscribers in every state; returns the path of each page. */
async function prepare(): Promise<Record<string, string>> {
  const { app, clock } = site;
  const { db, tokens, handlers, inbox } = app;
  await importPapers(db, { text: await readSeed('papers.json'), source: 'file' }, clock());
  for (const listedOn of ['2026-05-06', '2026-04-30']) {
    await storePapers(db, [buildPaper({ listedOn, usableOn: '2026-04-30' })]);
  }
  const subscriberId = await storeSubscriber(db, {
    email: 'ada@example.org',
    topics: ['agents', 'efficiency', 'llm-inference', 'ssm'],
    keywords: ['speculative decoding', 'stateless'],
    frequency: 'weekdays',
    timezone: 'Europe/Berlin',
    hour: 8,
  });
  const now = clock();
  const { digest } = await composeDigest(db, { kind: 'daily', date: DATE, now });
  const digestId = digest?.id ?? 0;
  clock.advance(2 * HOUR_MS);
  await handlers.batch({ digestId, batch: 0 });
  await app.waitForBatches();
  const mail = await inbox?.waitFor(({ to }) => to.includes('ada@example.org'), {
    timeoutMs: 60_000,
  });
  const email = {
    subscriberId,
    requestedAt: clock(),
    expiresAt: new Date(now.getTime() + 9 * HOUR_MS),
  };
  for (const kind of ['confirm', 'erase'] as const) {
    await setTransactionalEmailToken(
      db,
      await addTransactionalEmail(db, { ...email, kind }),
      hashToken(`link-${kind}`),
    );
  }
  const pending = await storeSubscriber(db, { email: 'eve@example.org', status: 'pending' });
  const asked = { ...email, subscriberId: pending, kind: 'confirm' } as const;
  await setTransactionalEmailToken(
    db,
    await addTransactionalEmail(db, asked),
    hashToken('link-latest'),
  );
  const left = await storeSubscriber(db, { email: 'bob@example.net', status: 'unsubscribed' });
  const token = tokens.seal({ kind: 'subscriber', subscriberId });
  await storeSourceFailures(db, clock());
  const response = await fetch(`${site.url}/api/papers?date=${DATE}`);
  const [first] = (await response.json()) as { id: string }[];
  return {
    front: '/',
    following: '/?topic=theory#sign-up',
    papers: '/papers',
    day: `/papers?date=${DATE}&page=2`,
    dayOnTopic: `/papers?date=${DATE}&topic=ssm`,
    quietDay: '/papers?date=2026-05-05',
    found: '/papers?q=stateless+models',
    topics: '/topics',
    topic: '/topics/ssm',
    search: '/papers?q=perpetual+motion&topic=theory',
    paper: `/papers/${first?.id}`,
    digests: '/digests',
    digest: `/digests/${DATE}`,
    view: `/view/${tokens.seal({ kind: 'delivery', digestId, subscriberId })}`,
    confirm: '/confirm/link-confirm',
    confirmLatest: '/confirm/link-latest',
    preferences: `/preferences/${token}`,
    unsubscribe: `/unsubscribe/${token}`,
    goodbye: `/unsubscribe/${tokens.seal({ kind: 'subscriber', subscriberId: left })}`,
    erase: '/erase/link-erase',
    missing: '/nothing/here',
    status: '/status',
    inbox: '/inbox',
    mail: `/inbox/${mail?.id}`,
  };
}

/** The width of the page's content in px; more than the window means horizontal scrolling. */
function measureWidth(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth');
}

/** Texts under 13 px. */
function smallTexts(page: Page): Promise<string[]> {
  return page.evaluate(`
    [...document.querySelectorAll('body *')]
      .filter((element) => [...element.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim()))
      .filter((element) => element.checkVisibility() && parseFloat(getComputedStyle(element).fontSize) < 13)
      .map((element) => element.textContent.trim())`);
}
