/**
 * Takes the README's picture of the site from the real thing: `npm run pictures`. Runs the demo's
 * story, then photographs the front page; `npm run pictures:mail` does the mails. Needs Chromium
 * (CHROMIUM names it).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { chromium } from 'playwright-core';
import { runDemoScenario } from '../../src/commands/demo/demo-scenario.ts';
import { createCommandIo } from '../../src/control/io.ts';
import { ROLES, startRoles } from '../../src/roles.ts';
import { loadConfig } from '../../src/settings/config.ts';
import { openApp } from '../../src/wiring/app.ts';

const PORT = 3917;
const DOCS = new URL('../../docs/', import.meta.url).pathname;

const dataDir = await mkdtemp(join(tmpdir(), 'paperboy-pictures-'));
const config = loadConfig({
  DATA_DIR: dataDir,
  PORT: String(PORT),
  INBOX_PORT: '0',
  POSTAL_ADDRESS: 'Paperboy at the Institute Library, 12 Example Street, 10117 Berlin, Germany',
});
const app = await openApp(config, {
  clock: () => new Date(),
  random: Math.random,
  logger: pino({ level: 'warn' }),
  instanceId: 'pictures',
});
const running = await startRoles(app, ROLES);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  const { stdin, stdout, stderr } = process;
  const signal = new AbortController().signal;
  const io = createCommandIo({
    stdin,
    stdout,
    stderr,
    signal,
    isTerminal: false,
    columns: 80,
    cwd: '.',
  });
  await runDemoScenario(app, io);
  await photograph('/', 'front.png', { width: 1200, height: 1050 });
} finally {
  await browser.close();
  await running.stop();
  await app.close();
  await rm(dataDir, { recursive: true, force: true });
}

async function photograph(
  path: string,
  name: string,
  viewport: { width: number; height: number },
): Promise<void> {
  const page = await browser.newPage({ viewport });
  await page.goto(`http://localhost:${PORT}${path}`);
  await page.screenshot({ path: join(DOCS, name) });
  await page.close();
}
