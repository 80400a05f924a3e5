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
  folder = await mkdtemp(join(tmpdir(), 'paperboy-looks-'));
  site = await openBrowserSite();
  paths = await prepare();
});
afterAll(async () => {
  console.log(`Pictures of every page are in ${folder}`);
  await site?.close();
});

const WIDTHS = [375, 1200] as const;
const SCHEMES = ['light', 'dark'] as const;
const VIEWPORTS = WIDTHS.flatMap((width) => SCHEMES.map((scheme) => ({ width, scheme })));

describe('Every page', () => {
  it.each(VIEWPORTS)(
    'fits a window of $width px, is readable in $scheme, accessible, and loads without a trouble',
    async ({ width, scheme }) => {
      const {
        page,
        problems: troubles,
        close,
      } = await site.open({
        viewport: { width, height: 800 },
        colorScheme: scheme,
      });
      const viewport = async (name: string) => {
        const path = join(folder, `${name}-${width}-${scheme}.png`);
        // Long pictures take long: the dark ones show what is dark, the light ones everything.
        await page.screenshot({ path, fullPage: scheme === 'light' });
        expect([name, await widthOf(page)]).toEqual([name, width]);
        expect([name, await smallTexts(page)]).toEqual([name, []]);
        expect([name, await findAccessibilityViolations(page)]).toEqual([name, []]);
      };
      for (const [name, path] of Object.entries(paths)) {
        await page.goto(site.url + path);
        await viewport(name);
      }
      await page.goto(site.url);
      await page.getByRole('button', { name: 'Subscribe' }).click();
      await page.getByText('Nothing was sent.').waitFor();
      await viewport('refused');
      // The browser tells of answers that are 404 and 400, as they ought to be, and of nothing
      // else.
      expect(troubles.filter((trouble) => !/status of 40[04]/.test(trouble))).toEqual([]);
      await close();
    },
  );
});

/** A site in its second hour: papers, a digest that was sent, and readers in every state. */
async function prepare(): Promise<Record<string, string>> {
  const { app: parts, clock } = site;
  const { db, tokens, handlers, inbox } = parts;
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
  await parts.waitForBatches();
  const mail = await inbox?.waitFor(({ to }) => to.includes('ada@example.org'), {
    timeoutMs: 15_000,
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
      hashToken(`look-${kind}`),
    );
  }
  const pending = await storeSubscriber(db, { email: 'eve@example.org', status: 'pending' });
  const asked = { ...email, subscriberId: pending, kind: 'confirm' } as const;
  await setTransactionalEmailToken(
    db,
    await addTransactionalEmail(db, asked),
    hashToken('look-latest'),
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
    confirm: '/confirm/look-confirm',
    confirmLatest: '/confirm/look-latest',
    preferences: `/preferences/${token}`,
    unsubscribe: `/unsubscribe/${token}`,
    goodbye: `/unsubscribe/${tokens.seal({ kind: 'subscriber', subscriberId: left })}`,
    erase: '/erase/look-erase',
    missing: '/nothing/here',
    status: '/status',
    inbox: '/inbox',
    mail: `/inbox/${mail?.id}`,
  };
}

/** What the page would need; more than the window means scrolling sideways. */
function widthOf(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth');
}

/** Texts under 13 px (LOOK: nothing is). */
function smallTexts(page: Page): Promise<string[]> {
  return page.evaluate(`
    [...document.querySelectorAll('body *')]
      .filter((element) => [...element.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim()))
      .filter((element) => element.checkVisibility() && parseFloat(getComputedStyle(element).fontSize) < 13)
      .map((element) => element.textContent.trim())`);
}
