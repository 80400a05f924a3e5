import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { ROLES, type Running, startRoles } from '../../../src/roles.ts';
import { freePort } from '../../support/free-port.ts';
import { openTestParts, type TestParts } from '../../support/parts.ts';

/** Paperboy as it runs, on a port of its own, and a browser before it. */
export interface BrowserSite extends TestParts {
  url: string;
  /** A page whose troubles are written down. */
  open(options?: BrowserContextOptions): Promise<WatchedPage>;
}

export interface WatchedPage {
  page: Page;
  /** Console errors, violated policies, uncaught errors, and requests to other hosts. */
  troubles: string[];
  close(): Promise<void>;
}

const KEY = 'links of the tests are signed with this one';

export async function openBrowserSite(): Promise<BrowserSite> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const test = await openTestParts({ PORT: String(port), PUBLIC_URL: url, SECRET_KEY: KEY });
  let running: Running | undefined;
  let browser: Browser | undefined;
  const close = async () => {
    await browser?.close();
    await running?.stop();
    await test.close();
  };
  try {
    running = await startRoles(test.parts, ROLES);
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu'],
      timeout: 120_000,
    });
  } catch (error) {
    await close();
    throw error;
  }
  const opened = browser;
  return { ...test, url, open: (options) => openPage(opened, url, options), close };
}

async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const troubles: string[] = [];
  context.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== url && protocol !== 'data:') troubles.push(`asked ${request.url()}`);
  });
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') troubles.push(message.text());
  });
  context.on('weberror', (error) => troubles.push(error.error().message));
  return { page: await context.newPage(), troubles, close: () => context.close() };
}
