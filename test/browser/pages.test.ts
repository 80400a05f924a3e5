import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importPapers } from '../../src/services/papers/import-papers.ts';
import { readSeed } from '../../src/wiring/database.ts';
import { buildPaper, storePapers } from '../support/rows.ts';
import { findAccessibilityViolations } from './support/axe.ts';
import { type BrowserSite, type MonitoredPage, openBrowserSite } from './support/site.ts';

let site: BrowserSite;
beforeAll(async () => {
  site = await openBrowserSite();
  const { db } = site.app;
  await importPapers(db, { text: await readSeed('papers.json'), source: 'file' }, site.clock());
  for (const listedOn of ['2026-05-06', '2026-04-30', '2026-03-02']) {
    await storePapers(db, [{ ...buildPaper({ listedOn, usableOn: listedOn }), slugs: ['theory'] }]);
  }
});
afterAll(() => site?.close());

describe.each([
  { javaScriptEnabled: true, width: 1200 },
  { javaScriptEnabled: false, width: 1200 },
  { javaScriptEnabled: true, width: 375 },
  { javaScriptEnabled: false, width: 375 },
])(
  'Reading without a subscription at $width px, with JavaScript: $javaScriptEnabled',
  ({ javaScriptEnabled, width }) => {
    let monitored: MonitoredPage;
    beforeAll(async () => {
      monitored = await site.open({ javaScriptEnabled, viewport: { width, height: 800 } });
    });
    afterAll(() => monitored?.close());

    it('The links between days and weeks lead to their papers', async () => {
      const { page } = monitored;
      await page.goto(site.url);
      await page
        .getByRole('navigation', { name: 'Days' })
        .getByRole('link', { name: 'Wednesday, 6 May 2026' })
        .click();
      await page.getByRole('heading', { name: 'Wednesday, 6 May 2026' }).waitFor();
      const week = page.getByRole('navigation', { name: 'The week' });
      await week.getByRole('link', { name: 'Earlier' }).click();
      await page.getByRole('heading', { name: 'Thursday, 30 April 2026' }).waitFor();
      await week.getByRole('link', { name: 'Later' }).click();
      await page.getByRole('heading', { name: 'Wednesday, 6 May 2026' }).waitFor();
    });

    it('A day can be narrowed to a topic and widened again', async () => {
      const { page } = monitored;
      await page.goto(`${site.url}/papers?date=2026-05-08`);
      const topics = page.getByRole('navigation', { name: 'Topics of the day' });
      const isFolded = width < 760;
      if (isFolded) await topics.getByText('All topics, 49 papers').click();
      await topics.getByRole('link', { name: /State-space/ }).click();
      await page.getByRole('heading', { level: 1, name: /^Papers on State-space/ }).waitFor();
      if (isFolded) await topics.locator('summary').first().click();
      await topics.getByRole('link', { name: 'All', exact: true }).click();
      await page.getByRole('heading', { level: 1, name: 'Friday, 8 May 2026' }).waitFor();
    });

    it('A search marks its matches and says when it has none', async () => {
      const { page } = monitored;
      await page.goto(`${site.url}/papers`);
      await page.getByLabel('Keywords').fill('stateless');
      await page.getByRole('button', { name: 'Search' }).click();
      await page
        .getByRole('heading', { level: 1, name: 'Papers that mention “stateless”' })
        .waitFor();
      expect(await page.locator('mark').first().textContent()).toMatch(/^stateless$/i);
      await page.getByLabel('Keywords').fill('perpetual motion');
      await page.getByRole('button', { name: 'Search' }).click();
      await page.getByText('No papers mention “perpetual motion”. 49 came today.').waitFor();
    });

    it('Following a topic ticks it in the sign-up form', async () => {
      const { page } = monitored;
      await page.goto(`${site.url}/topics`);
      await page.getByRole('link', { name: 'Computer vision', exact: true }).click();
      await page.getByRole('link', { name: 'Follow by email' }).click();
      expect(await page.getByLabel('Computer vision').isChecked()).toBe(true);
    });

    it('The BibTeX link downloads a file', async () => {
      const { page } = monitored;
      await page.goto(site.url);
      await page.locator('.lead h2 a').click();
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'BibTeX' }).click();
      expect((await download).suggestedFilename()).toMatch(/\.bib$/);
    });

    it('The public pages cause no browser error and no request to another host', () => {
      expect(monitored.problems).toEqual([]);
    });
  },
);

describe('findAccessibilityViolations', () => {
  it('An image without a text alternative is an accessibility violation', async () => {
    const { page, close } = await site.open();
    await page.setContent('<main><input><img src="data:,"></main>');
    expect((await findAccessibilityViolations(page)).join('\n')).toMatch(/^image-alt: /m);
    await close();
  });
});
