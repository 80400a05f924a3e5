import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { renderEveryMail } from './support/mails.ts';

let test: TestApp;
let browser: Browser;
let mails: Record<string, string>;
let axe: string;
beforeAll(async () => {
  test = await openTestApp({ POSTAL_ADDRESS: '12 Example Street, 10117 Berlin, Germany' });
  mails = await renderEveryMail(test.app);
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
});
afterAll(async () => {
  await browser?.close();
  await test?.close();
});

const WIDTHS = [375, 640] as const;
const SCHEMES = ['light', 'dark'] as const;
const VIEWPORTS = WIDTHS.flatMap((width) => SCHEMES.map((scheme) => ({ width, scheme })));

describe('Every mail', () => {
  it.each(VIEWPORTS)(
    'Every mail at $width px in $scheme fits its window, has readable type, loads nothing and passes axe',
    async ({ width, scheme }) => {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
      const requested: string[] = [];
      page.on('request', (request) => requested.push(request.url()));
      for (const [name, html] of Object.entries(mails)) {
        await page.setContent(html);
        expect([name, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([
          name,
          width,
        ]);
        expect([name, await smallTexts(page)]).toEqual([name, []]);
        expect([name, await violations(page)]).toEqual([name, []]);
      }
      expect(requested).toEqual([]);
      await page.close();
    },
  );

  it('Every mail has enough contrast without style sheets', async () => {
    const page = await browser.newPage({ viewport: { width: 640, height: 900 } });
    for (const [name, html] of Object.entries(mails)) {
      await page.setContent(html.replace(/<style[\s\S]*?<\/style>/g, ''));
      expect([name, await violations(page, ['color-contrast'])]).toEqual([name, []]);
    }
    await page.close();
  });
});

describe('A digest on a phone', () => {
  it('Ten papers fit five screens, with links for titles and one link for all feedback', async () => {
    const page = await openPhone(mails.digest ?? '');
    const height = await page.evaluate('document.documentElement.scrollHeight');
    expect(height).toBeLessThanOrEqual(5 * PHONE.height);
    expect(await visibleTexts(page, 'a[href*="/f/"][aria-label^="Tune"]')).toEqual(
      Array(10).fill('Tune'),
    );
    expect(await visibleTexts(page, 'a[href*="/f/"][aria-label^="More"]')).toEqual([]);
    expect(await underlinedTitles(page)).toHaveLength(10);
    await page.close();
  });

  it('Without style sheets the nameplate, the date and every figure stand on unbroken lines', async () => {
    const bare = (mails.digest ?? '').replace(/<style[\s\S]*?<\/style>/g, '');
    const page = await openPhone(bare);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
    expect(await linesOf(page, 'h1')).toEqual([1]);
    expect(await linesOf(page, 'h1 + p')).toEqual([1]);
    expect((await linesOf(page, 'td[style*="38px"]')).filter((lines) => lines !== 1)).toEqual([]);
    await page.close();
  });

  it('On a desk the feedback is one quiet line below each paper', async () => {
    const page = await browser.newPage({ viewport: { width: 640, height: 900 } });
    await page.setContent(mails.digest ?? '');
    expect(await visibleTexts(page, 'a[href*="/f/"][aria-label^="Tune"]')).toEqual([]);
    expect(await visibleTexts(page, 'a[href*="/f/"][aria-label^="More"]')).toHaveLength(10);
    await page.close();
  });
});

const PHONE = { width: 375, height: 812 };

async function openPhone(html: string): Promise<Page> {
  const page = await browser.newPage({ viewport: PHONE });
  await page.setContent(html);
  return page;
}

function visibleTexts(page: Page, selector: string): Promise<string[]> {
  return page.evaluate(`
    [...document.querySelectorAll(${JSON.stringify(selector)})]
      .filter((element) => element.checkVisibility())
      .map((element) => element.textContent.trim())`);
}

function underlinedTitles(page: Page): Promise<string[]> {
  return page.evaluate(`
    [...document.querySelectorAll(':is(h2, h3) a b')]
      .filter((element) => getComputedStyle(element).textDecorationLine === 'underline')
      .map((element) => element.textContent)`);
}

/** Lines of text in each element of a selector. */
function linesOf(page: Page, selector: string): Promise<number[]> {
  return page.evaluate(`
    [...document.querySelectorAll(${JSON.stringify(selector)})].map((element) => {
      const range = document.createRange();
      range.selectNodeContents(element);
      return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
    })`);
}

/** The violations that axe-core finds, each with its first elements. */
async function violations(page: Page, rules?: string[]): Promise<string[]> {
  await page.evaluate(axe);
  const options = rules === undefined ? {} : { runOnly: rules };
  return page.evaluate(`
    axe.run(document, ${JSON.stringify(options)}).then(({ violations }) =>
      violations.map(({ id, help, nodes }) =>
        id + ': ' + help + ': ' + nodes.map(({ html }) => html.slice(0, 120)).slice(0, 3).join(' | ')))`);
}

/** Visible texts under 13 px; the hidden preheader does not count. */
function smallTexts(page: Page): Promise<string[]> {
  return page.evaluate(`
    [...document.querySelectorAll('body *')]
      .filter((element) => [...element.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim()))
      .filter((element) => element.checkVisibility({ opacityProperty: true }))
      .filter((element) => parseFloat(getComputedStyle(element).fontSize) < 13)
      .map((element) => element.textContent.trim())`);
}
