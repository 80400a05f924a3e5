import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findSubscriber, updatePreferences } from '../../src/db/subscribers/subscribers.ts';
import { composeDigest } from '../../src/services/digests/compose-digest.ts';
import { importPapers } from '../../src/services/papers/import-papers.ts';
import { readSeed } from '../../src/wiring/database.ts';
import { storeSubscriber } from '../support/rows.ts';
import { findAccessibilityViolations } from './support/axe.ts';
import { type BrowserSite, openBrowserSite } from './support/site.ts';

let site: BrowserSite;
let digestId = 0;
let paperId = '';
beforeAll(async () => {
  site = await openBrowserSite();
  const { db } = site.app;
  await importPapers(db, { text: await readSeed('papers.json'), source: 'file' }, site.clock());
  const now = site.clock();
  const { digest } = await composeDigest(db, { kind: 'daily', date: '2026-05-08', now });
  digestId = digest?.id ?? 0;
  const answer = await fetch(`${site.url}/api/papers?date=2026-05-08`);
  const [first] = (await answer.json()) as { id: string }[];
  paperId = first?.id ?? '';
});
afterAll(() => site?.close());

async function addSubscriber() {
  const id = await storeSubscriber(site.app.db, {
    topics: ['ssm', 'long-context', 'hardware', 'llm-inference'],
    mutedTopics: ['vision'],
    keywords: ['stateless', 'speculative decoding'],
    names: ['Tencent'],
    frequency: 'weekdays',
    timezone: 'Europe/Berlin',
  });
  return { id, token: site.app.tokens.seal({ kind: 'delivery', digestId, subscriberId: id }) };
}

/** Everything stored about a subscriber that a request could change. */
async function readState(id: number): Promise<unknown> {
  const { rows } = await site.app.db.execute(sql`
    SELECT row_to_json(subscribers) AS subscriber,
      (SELECT json_agg(feedback) FROM feedback WHERE subscriber_id = ${id}) AS feedback,
      (SELECT count(*)::int FROM transactional_emails WHERE subscriber_id = ${id}) AS emails
    FROM subscribers WHERE id = ${id}`);
  return rows;
}

const PAGES = (token: string) => [
  `/preferences/${token}`,
  `/unsubscribe/${token}`,
  `/learned/${token}`,
  `/saved/${token}`,
  `/feedback/${token}/more/${paperId}`,
  `/feedback/${token}/less/${paperId}`,
  `/feedback/${token}/save/${paperId}`,
  `/feedback/${token}/options/${paperId}`,
  `/feedback/${token}/mute/ssm`,
  `/read/${token}/${paperId}`,
  `/feeds/${token}.xml`,
];

describe.each([
  { how: 'with JavaScript on a desktop', javaScriptEnabled: true, width: 1200 },
  { how: 'without JavaScript on a desktop', javaScriptEnabled: false, width: 1200 },
  { how: 'with JavaScript on a phone', javaScriptEnabled: true, width: 375 },
  { how: 'without JavaScript on a phone', javaScriptEnabled: false, width: 375 },
])('A subscriber $how', ({ javaScriptEnabled, width }) => {
  const open = () =>
    site.open({ javaScriptEnabled, viewport: { width, height: 812 }, timezoneId: 'Europe/Berlin' });

  it('A subscriber changes every setting on one page', async () => {
    const { page, problems, close } = await open();
    const { id, token } = await addSubscriber();
    const section = async (name: string) => {
      const heading = page.getByRole('heading', { name, exact: true });
      if (width < 760) await heading.click();
    };
    await page.goto(`${site.url}/preferences/${token}`);

    await section('Topics');
    await page.getByRole('group', { name: 'Theory' }).getByLabel('Follow').check();
    await page.getByRole('group', { name: 'Hardware' }).getByLabel('Mute').check();
    await section('Keywords');
    await page.getByLabel('Remove “stateless”').check();
    await page.getByLabel('Add a keyword or phrase').fill('state space');
    if (javaScriptEnabled) await page.getByText(/Add.*≈ \d+ papers a week/).waitFor();
    await section('How much');
    await page.getByLabel('Reading time in minutes').selectOption('10 minutes');
    if (!javaScriptEnabled) await page.getByLabel('what I can read in').check();
    await section('Quiet days');
    await page.getByLabel('Only when a paper stands out').check();
    await section('Clicks');
    await page.getByLabel('Learn from the papers I open').check();
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Saved.').waitFor();
    const subscriber = await findSubscriber(site.app.db, id);
    expect(subscriber).toMatchObject({
      mutedTopics: ['vision', 'hardware'].sort(bySeed),
      keywords: ['speculative decoding', 'state space'],
      names: ['Tencent'],
      minutes: 10,
      relevanceThreshold: 'middle',
      allowsClicks: true,
    });
    expect(new Set(subscriber?.topics)).toEqual(
      new Set(['ssm', 'long-context', 'llm-inference', 'theory']),
    );
    await page.getByText(/Ten minutes of reading on weekdays .* when one stands out\./).waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  it('A subscriber pauses and resumes delivery', async () => {
    const { page, problems, close } = await open();
    const { id, token } = await addSubscriber();
    await page.goto(`${site.url}/preferences/${token}`);
    if (width < 760) await page.getByRole('heading', { name: 'Pause' }).click();
    await page.getByLabel('No email until').fill('2026-05-20');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Paused until Wednesday, 20 May 2026').waitFor();
    expect(await findSubscriber(site.app.db, id)).toMatchObject({ status: 'paused' });
    await page.getByRole('button', { name: 'Resume now' }).first().click();
    await page.getByText('Next digest:').waitFor();
    expect(await findSubscriber(site.app.db, id)).toMatchObject({ status: 'active' });
    expect(problems).toEqual([]);
    await close();
  });

  it('A subscriber rates a paper, sees the learned terms, and undoes both', async () => {
    const { page, problems, close } = await open();
    const { id, token } = await addSubscriber();
    await page.goto(`${site.url}/feedback/${token}/more/${paperId}`);
    await page.getByRole('button', { name: /^More like this: / }).click();
    await page.getByText(/^Papers that mention “/).waitFor();
    await page.getByRole('link', { name: 'What Paperboy has learned about you' }).click();
    await page
      .getByRole('button', { name: /^Remove “/ })
      .first()
      .click();
    await page.getByText('has been removed and won’t be learned again').waitFor();
    await page.getByRole('button', { name: /^Undo: More like this/ }).click();
    await page.getByText(/^Your feedback on /).waitFor();
    expect(JSON.stringify(await readState(id))).toContain('"feedback":null');
    expect(problems).toEqual([]);
    await close();
  });

  it('The unsubscribe page offers three papers once a week and applies them', async () => {
    const { page, problems, close } = await open();
    const { id, token } = await addSubscriber();
    await page.goto(`${site.url}/unsubscribe/${token}`);
    const last = await page.locator('main').boundingBox();
    expect((last?.y ?? 0) + (last?.height ?? 0)).toBeLessThanOrEqual(812);
    await page.getByRole('button', { name: 'Three papers, once a week' }).click();
    await page.getByText(/^Three papers on Mondays at 07:00 Berlin time/).waitFor();
    expect(await findSubscriber(site.app.db, id)).toMatchObject({
      status: 'active',
      frequency: 'weekly',
      papers: 3,
    });
    expect(problems).toEqual([]);
    await close();
  });
});

/** Topics are read in the order of the page. */
const bySeed = (a: string, b: string) => Number(a === 'hardware') - Number(b === 'hardware');

describe('The pages of a subscriber', () => {
  it('A link scanner that follows every link changes nothing', async () => {
    const { id, token } = await addSubscriber();
    const before = await readState(id);
    const followed = new Set<string>();
    for (const path of PAGES(token)) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await fetch(site.url + path, { method, redirect: 'manual' });
        expect([path, answer.status < 400]).toEqual([path, true]);
        for (const [, href] of (await answer.text()).matchAll(/href="([^"]+)"/g)) {
          if (href?.includes(token)) followed.add(new URL(href, site.url).href);
        }
      }
    }
    for (const url of followed) await fetch(url, { redirect: 'manual' });
    expect(followed.size).toBeGreaterThan(4);
    expect(await readState(id)).toEqual(before);
  });

  it.each([
    { who: 'an active subscriber', javaScriptEnabled: true, pausedUntil: null },
    { who: 'a paused subscriber', javaScriptEnabled: true, pausedUntil: '2026-09-30' },
    {
      who: 'a paused subscriber without JavaScript',
      javaScriptEnabled: false,
      pausedUntil: '2026-09-30',
    },
  ])(
    'The collapsed settings page of $who fits one screen of a phone',
    async ({ javaScriptEnabled, pausedUntil }) => {
      const viewport = { width: 375, height: 812 };
      const { page, close } = await site.open({ javaScriptEnabled, viewport });
      const { id, token } = await addSubscriber();
      const changes = { mutedTopics: ['multimodal', 'science-health'], pausedUntil };
      await updatePreferences(site.app.db, id, changes, site.clock());
      await page.goto(`${site.url}/preferences/${token}`);
      const rows = await page.locator('#your-data').boundingBox();
      const saveBar = await page.locator('.save-bar').boundingBox();
      expect((rows?.y ?? 0) + (rows?.height ?? 0)).toBeLessThanOrEqual(saveBar?.y ?? 0);
      expect((saveBar?.y ?? 0) + (saveBar?.height ?? 0)).toBeLessThanOrEqual(812);
      await close();
    },
  );

  it('The settings page can be used with the keyboard alone', async () => {
    const { page, close } = await site.open({ viewport: { width: 375, height: 812 } });
    const { id, token } = await addSubscriber();
    await page.goto(`${site.url}/preferences/${token}`);
    const tabTo = async (selector: string) => {
      for (let tabs = 0; tabs < 60; tabs += 1) {
        await page.keyboard.press('Tab');
        if (await page.evaluate(`document.activeElement.matches('${selector}')`)) return;
      }
      throw new Error(`No number of tabs leads to ${selector}.`);
    };
    const saveBy = async (key: string) => {
      const reload = page.waitForEvent('load');
      await page.keyboard.press(key);
      await reload;
    };
    await tabTo('#how-much > summary');
    await page.keyboard.press('Enter');
    await tabTo('[name="papers"]');
    await page.keyboard.press('ArrowLeft');
    await tabTo('.save-bar button');
    await saveBy('Enter');
    expect(await findSubscriber(site.app.db, id)).toMatchObject({ papers: 5 });
    await tabTo('#phrases > summary');
    await page.keyboard.press('Enter');
    await tabTo('#keywords');
    await page.keyboard.type('mamba');
    await saveBy('Enter');
    expect(await findSubscriber(site.app.db, id)).toMatchObject({
      keywords: ['stateless', 'speculative decoding', 'mamba'],
    });
    await tabTo('#how-much > summary');
    await page.keyboard.press('Enter');
    await tabTo('[name="papers"]');
    await page.keyboard.press('ArrowLeft');
    await saveBy('Enter');
    expect(await findSubscriber(site.app.db, id)).toMatchObject({ papers: 3 });
    await close();
  });

  it.each([375, 1200])(
    'The pages of a subscriber pass axe at %i px, light and dark, and fit the window',
    async (width) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const { page, problems, close } = await site.open({
          viewport: { width, height: 812 },
          colorScheme,
        });
        const { token } = await addSubscriber();
        await fetch(`${site.url}/feedback/${token}/more/${paperId}`, { method: 'POST' });
        await fetch(`${site.url}/feedback/${token}/save/${paperId}`, { method: 'POST' });
        for (const path of PAGES(token).filter((each) => !/^\/(read|feeds)/.test(each))) {
          await page.goto(site.url + path);
          await page.evaluate(
            'for (const each of document.querySelectorAll("details")) each.open = true',
          );
          expect([path, await findAccessibilityViolations(page)]).toEqual([path, []]);
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        }
        expect(problems).toEqual([]);
        await close();
      }
    },
  );
});
