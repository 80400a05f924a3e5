import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEmbeddedDatabase } from '../../src/db/client.ts';
import { listDifferences, readTree, writeTree } from '../power-cuts/file-tree.ts';
import { pickSurvival, recordFolder } from '../power-cuts/power-cut.ts';
import { findFreePort } from '../support/free-port.ts';
import { createRandom, type Random } from '../support/random.ts';
import {
  type CapturingSmtpServer,
  openCapturingSmtpServer,
} from './support/capturing-smtp-server.ts';
import { confirm, signUp, unsubscribeOneClick } from './support/http.ts';
import {
  killAll,
  type PaperboyProcess,
  type ProcessEnvironment,
  pollUntil,
  runPaperboy,
  runPaperboyOk,
  spawnPaperboy,
} from './support/paperboy.ts';
import { writeImportCsv } from './support/subscribers.ts';

const DAY = '2026-05-08';
const CONNECTIONS = 5;
const MAX_IN_FLIGHT = 2 * CONNECTIONS;

/** `POWER_CUTS=100 POWER_CUT_SEED=7` repeats them at will. */
const CUTS = Number(process.env.POWER_CUTS ?? 3);
const SEED = Number(process.env.POWER_CUT_SEED ?? 1);
const AUDIENCE = 60 * (CUTS + 1);

/** Catches hanging tests: busy machines need seconds for every start. */
const TIMEOUT_MS = 1_800_000;

/** What a subscriber was promised by a response of the site. */
interface Acknowledged {
  signedUp: Set<string>;
  unsubscribed: Set<string>;
}

let root: string;
let folder: string;
let environment: ProcessEnvironment;
let site: string;
let sink: CapturingSmtpServer;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'paperboy-power-'));
  folder = join(root, 'data', 'postgres');
  const port = await findFreePort();
  site = `http://127.0.0.1:${port}`;
  sink = await openCapturingSmtpServer();
  const env = {
    DATA_DIR: join(root, 'data'),
    PORT: String(port),
    SMTP_URL: sink.url,
    SMTP_CONNECTIONS: String(CONNECTIONS),
    POSTAL_ADDRESS: '1 Paper Street',
    SIGNUPS_PER_HOUR: '100000',
  };
  environment = { cwd: join(root, 'home'), env };
  await mkdir(environment.cwd);
  await runPaperboyOk('seed', environment);
  const file = await writeImportCsv(environment.cwd, 'reader', AUDIENCE);
  await runPaperboyOk(`subscribers import ${file}`, environment);
  await runPaperboyOk(`digest compose --date ${DAY}`, environment);
  sink.setDelay(20);
});
afterEach(async () => {
  await killAll();
  await sink.close();
  await rm(root, { recursive: true, force: true });
});

describe('A power cut with the embedded database', { timeout: TIMEOUT_MS }, () => {
  it('No digest is sent twice or lost, and nothing that was acknowledged is forgotten', async () => {
    const random = createRandom(SEED);
    const acknowledged: Acknowledged = { signedUp: new Set(), unsubscribed: new Set() };
    const inFlight = new Set<string>();
    for (let cut = 0; cut < CUTS; cut += 1) {
      const { differences } = await runUntilPowerCut({
        ...{ cut, random, acknowledged },
        acceptedAtCut: Math.round((AUDIENCE * (cut + 0.5)) / (CUTS + 1)),
      });
      expect(differences).toEqual([]);
      const { states, statuses } = await readFolder();
      const sending = [...states].filter(([, state]) => state === 'sending');
      expect(sending.length).toBeLessThanOrEqual(MAX_IN_FLIGHT);
      for (const [email] of sending) inFlight.add(email);
      expect(listAcceptedButOpen(states)).toEqual([]);
      expect([...acknowledged.signedUp].filter((email) => !statuses.has(email))).toEqual([]);
      for (const email of acknowledged.unsubscribed)
        expect([email, statuses.get(email)]).toEqual([email, 'unsubscribed']);
    }
    await finish();
    const { states } = await readFolder();
    const counts = countDigests();
    expect([...counts].filter(([, count]) => count > 1)).toEqual([]);
    expect(states.size).toBe(AUDIENCE);
    for (const [email, state] of states) {
      if (state === 'sent') expect([email, counts.get(email)]).toEqual([email, 1]);
      else expect([email, state, inFlight.has(email)]).toEqual([email, 'unknown', true]);
    }
    expect(acknowledged.signedUp.size).toBeGreaterThan(0);
  });

  it('Digests are sent twice when the disk syncs nothing, so that this test would show it', async () => {
    await runUntilPowerCut({
      ...{ cut: 0, random: createRandom(SEED), isSyncLost: true },
      acknowledged: { signedUp: new Set(), unsubscribed: new Set() },
      acceptedAtCut: AUDIENCE / 4,
    });
    const { states } = await readFolder();
    expect(listAcceptedButOpen(states).length).toBeGreaterThan(0);
    await finish();
    expect([...countDigests().values()].filter((count) => count > 1).length).toBeGreaterThan(0);
  });
});

/** Starts Paperboy and sends until the power is cut: some operations after the given number of
 *  mails, or every third time after some operations of the process: most recover the database. */
async function runUntilPowerCut({
  cut,
  random,
  acknowledged,
  acceptedAtCut,
  isSyncLost = false,
}: {
  cut: number;
  random: Random;
  acknowledged: Acknowledged;
  acceptedAtCut: number;
  isSyncLost?: boolean;
}): Promise<{ differences: string[] }> {
  const afterStart = cut % 3 === 2 ? random.between(100, 5000) : null;
  const recorded = await recordFolder(folder, {
    log: join(root, 'operations.log'),
    cut: { ...(afterStart !== null && { afterStart }), afterSignal: random.between(1, 150) },
    isSyncLost,
  });
  const { env, cwd } = environment;
  const running = spawnPaperboy(
    ['start'],
    { cwd, env: { ...env, ...recorded.env } },
    { nodeOptions: recorded.nodeOptions },
  );
  const isRunning = await running.waitForOutput(' runs: ').then(
    () => true,
    () => false,
  );
  if (isRunning) await sendUntilCut(running, { cut, acknowledged, acceptedAtCut, afterStart });
  const { code, stderr } = await running.ended;
  if (code !== null) throw new Error(`It ended by itself with ${code}: ${stderr}`);
  const survival = isSyncLost ? ({ kind: 'none' } as const) : pickSurvival(random);
  const { rebuilt, real } = await recorded.cutPower(survival, random);
  return { differences: listDifferences(rebuilt, real) };
}

async function sendUntilCut(
  running: PaperboyProcess,
  {
    cut,
    acknowledged,
    acceptedAtCut,
    afterStart,
  }: { cut: number; acknowledged: Acknowledged; acceptedAtCut: number; afterStart: number | null },
): Promise<void> {
  const sending = spawnPaperboy(['digest', 'send', '--now'], environment);
  let hasEnded = false;
  void running.ended.then(() => {
    hasEnded = true;
  });
  const deeds = comeAndGo(cut, acknowledged, () => hasEnded).catch(() => undefined);
  if (afterStart === null) {
    const isTime = () => countDigests().size >= acceptedAtCut && acknowledged.signedUp.size > 0;
    await pollUntil(() => hasEnded || isTime(), TIMEOUT_MS);
    if (!hasEnded) process.kill(running.pid, 'SIGUSR2');
  }
  await running.ended;
  await Promise.all([deeds, sending.ended]);
}

/** People sign up, and some confirm and unsubscribe, until the site is gone. */
async function comeAndGo(
  cut: number,
  acknowledged: Acknowledged,
  isSiteGone: () => boolean,
): Promise<void> {
  for (let n = 0; ; n += 1) {
    const email = `guest${cut}-${n}@example.org`;
    if ((await signUp(site, email)) !== 202) continue;
    acknowledged.signedUp.add(email);
    if (n % 2 === 0) continue;
    const text = await pollUntil(() => sink.textOf(email) ?? isSiteGone());
    if (text === true) return;
    const token = await confirm(site, text);
    if ((await unsubscribeOneClick(site, token)) === 200) acknowledged.unsubscribed.add(email);
  }
}

async function finish(): Promise<void> {
  const running = spawnPaperboy(['start'], environment);
  await running.waitForOutput(' runs: ');
  const { code, stderr } = await runPaperboy(['digest', 'send', '--now'], environment);
  if (code !== 0 && code !== 3) throw new Error(`Sending ended with ${code}: ${stderr}`);
  running.kill('SIGTERM');
  await running.ended;
}

/** The states by address, from a copy: the next process has to recover the folder itself. */
async function readFolder() {
  const copy = join(root, 'copy');
  await writeTree(copy, await readTree(folder), folder);
  const { pool, close } = await openEmbeddedDatabase(copy);
  try {
    const deliveries = await pool.query(
      'SELECT email, state FROM deliveries JOIN subscribers ON subscribers.id = subscriber_id',
    );
    const subscribers = await pool.query('SELECT email, status FROM subscribers');
    return {
      states: new Map<string, string>(deliveries.rows.map((row) => [row.email, row.state])),
      statuses: new Map<string, string>(subscribers.rows.map((row) => [row.email, row.status])),
    };
  } finally {
    await close();
  }
}

/** Addresses whose digest the relay accepted, though the database would send it again. */
function listAcceptedButOpen(states: ReadonlyMap<string, string>): string[] {
  const isOver = (state = '') => ['sending', 'sent', 'unknown'].includes(state);
  return [...countDigests().keys()].filter((email) => !isOver(states.get(email)));
}

/** How many digests each address got. */
function countDigests(): Map<string, number> {
  const digests = [...sink.subjects].filter(([email]) => email.startsWith('reader'));
  return new Map(digests.map(([email, subjects]) => [email, subjects.length]));
}
