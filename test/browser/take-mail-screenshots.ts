/**
 * Takes pictures of every mail: `npm run pictures:mail -- FOLDER`; at the widths of a phone and of
 * a desk, light and dark, and once as a mail program shows it that drops style sheets and images.
 * The two in the README go to docs/. Needs Chromium (CHROMIUM names it).
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type Browser, chromium } from 'playwright-core';
import { loadConfig } from '../../src/settings/config.ts';
import { openApp } from '../../src/wiring/app.ts';
import { renderEveryMail } from './support/mails.ts';

const DOCS = new URL('../../docs/', import.meta.url).pathname;

interface Viewport {
  name: string;
  width: number;
  scheme: 'light' | 'dark';
  /** Without the style sheet and whatever images there may be. */
  isBare?: true;
}

const VIEWPORTS: readonly Viewport[] = [
  { name: '375-light', width: 375, scheme: 'light' },
  { name: '375-dark', width: 375, scheme: 'dark' },
  { name: '640-light', width: 640, scheme: 'light' },
  { name: '640-dark', width: 640, scheme: 'dark' },
  { name: '640-bare', width: 640, scheme: 'light', isBare: true },
];

const folder = process.argv[2] ?? (await mkdtemp(join(tmpdir(), 'paperboy-mails-')));
await mkdir(folder, { recursive: true });
const dataDir = await mkdtemp(join(tmpdir(), 'paperboy-pictures-'));
const config = loadConfig({
  DATA_DIR: dataDir,
  INBOX_PORT: '0',
  PUBLIC_URL: 'https://papers.example.org',
  POSTAL_ADDRESS: 'Paperboy at the Institute Library, 12 Example Street, 10117 Berlin, Germany',
});
const app = await openApp(config, {
  clock: () => new Date('2026-05-08T05:30:00Z'),
  random: Math.random,
  logger: pino({ level: 'warn' }),
  instanceId: 'pictures',
});
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  const mails = await renderEveryMail(app);
  for (const [name, html] of Object.entries(mails)) {
    for (const viewport of VIEWPORTS) {
      const path = join(folder, `${name.replaceAll(' ', '-')}-${viewport.name}.png`);
      await photograph(browser, html, viewport, { path, fullPage: true });
    }
  }
  const [desk, phone] = [VIEWPORTS[2], VIEWPORTS[1]] as [Viewport, Viewport];
  const height = 1400;
  const digest = mails.digest ?? '';
  await photograph(browser, digest, desk, { path: join(DOCS, 'digest.png'), height });
  await photograph(browser, digest, phone, { path: join(DOCS, 'digest-phone.png'), height });
  process.stdout.write(`Pictures of ${Object.keys(mails).length} mails are in ${folder}.\n`);
} finally {
  await browser.close();
  await app.close();
  await rm(dataDir, { recursive: true, force: true });
}

async function photograph(
  from: Browser,
  html: string,
  { width, scheme, isBare }: Viewport,
  { path, height = 900, fullPage = false }: { path: string; height?: number; fullPage?: boolean },
): Promise<void> {
  const page = await from.newPage({ viewport: { width, height }, colorScheme: scheme });
  await page.setContent(isBare ? html.replace(/<style[\s\S]*?<\/style>|<img[^>]*>/g, '') : html);
  await page.screenshot({ path, fullPage });
  await page.close();
}
