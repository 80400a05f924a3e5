import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { ROLES, type RunningRoles, startRoles } from '../../../src/roles.ts';
import { findFreePort } from '../../support/free-port.ts';
import { openTestApp, type TestApp } from '../../support/test-app.ts';

/** A running Paperboy on a free port, and a browser. */
export interface BrowserSite extends TestApp {
  url: string;
  /** Opens a page that records its problems. */
  open(options?: BrowserContextOptions): Promise<MonitoredPage>;
}

export interface MonitoredPage {
  page: Page;
  /** Console errors, policy violations, uncaught errors, and requests to other hosts. */
  problems: string[];
  close(): Promise<void>;
}

const KEY = 'links of the tests are signed with this one';

/** Half a minute by default, which may be too short for a busy machine. */
const TIMEOUT_MS = 120_000;

export async function openBrowserSite(): Promise<BrowserSite> {
  const port = await findFreePort();
  const url = `http://localhost:${port}`;
  const test = await openTestApp({ PORT: String(port), PUBLIC_URL: url, SECRET_KEY: KEY });
  let running: RunningRoles | undefined;
  let browser: Browser | undefined;
  const close = async () => {
    await browser?.close();
    await running?.stop();
    await test.close();
  };
  try {
    running = await startRoles(test.app, ROLES);
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu'],
      timeout: TIMEOUT_MS,
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
): Promise<MonitoredPage> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(TIMEOUT_MS);
  const problems: string[] = [];
  context.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== url && protocol !== 'data:') problems.push(`requested ${request.url()}`);
  });
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  context.on('weberror', (error) => problems.push(error.error().message));
  return { page: await context.newPage(), problems, close: () => context.close() };
}
