import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addDays, toUtcDay } from '../../src/domain/time/schedule.ts';
import {
  createServedPaper,
  type FaultyPaperServer,
  startFaultyPaperServer,
} from '../support/paper-server.ts';
import { openTestSmtpServer, type TestSmtpServer } from '../support/smtp-server.ts';
import {
  killAll,
  type PaperboyProcess,
  type ProcessEnvironment,
  pollUntil,
  runPaperboy,
  runPaperboyOk,
  spawnPaperboy,
} from './support/paperboy.ts';

let root: string;
let dataDir: string;
let environment: ProcessEnvironment;
let sink: TestSmtpServer;
let server: FaultyPaperServer;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'paperboy-once-'));
  dataDir = join(root, 'data');
  sink = await openTestSmtpServer();
  server = await startFaultyPaperServer({ clock: () => new Date() });
  const day = addDays(toUtcDay(new Date()), -1);
  server.papers = [0, 1, 2].map((n) => createServedPaper(`2605.0100${n}`, day));
  const cwd = join(root, 'home');
  await mkdir(cwd);
  await writeFile(
    join(cwd, 'paperboy.yaml'),
    `email: ada@example.org\nsources: [hf-daily]\nsmtp: {host: 127.0.0.1, port: ${sink.port}, security: none}\n`,
  );
  environment = { cwd, env: { DATA_DIR: dataDir, HF_ENDPOINT: server.urls.hfEndpoint } };
});
afterEach(async () => {
  await killAll();
  await sink.close();
  await server.close();
  await rm(root, { recursive: true, force: true });
});

const once = () => runPaperboy(['once'], environment);

/** The moments at which a run is killed. */
const MOMENTS: readonly [name: string, until: () => Promise<unknown>][] = [
  ['the data folder is locked', () => pollUntil(() => existsSync(join(dataDir, 'run')))],
  ['the database is half made', () => pollUntil(() => existsSync(join(dataDir, 'postgres')))],
  [
    'papers are fetched',
    async () => {
      server.fault = 'silent';
      await pollUntil(() => server.requests.length > 0);
      server.fault = null;
    },
  ],
  [
    'the relay has the message and has not answered',
    async () => {
      sink.beforeReply(() => new Promise(() => undefined));
      await pollUntil(() => sink.received.length > 0);
      sink.beforeReply(async () => undefined);
    },
  ],
  ['the relay has accepted the message', () => pollUntil(() => sink.accepted.length > 0)],
];

describe('kill -9 of “paperboy once”', () => {
  it.each(MOMENTS)(
    'A run killed when %s sends nothing twice, and the next run goes on',
    async (_name, until) => {
      const run = spawnPaperboy(['once'], environment);
      await until();
      await kill(run);
      // The host permit of a request that was cut off lasts some seconds.
      const next = await pollUntil(async () => {
        const ended = await once();
        return ended.code === 1 ? false : ended;
      });
      const { code, stdout } = await once();
      expect(sink.received.length).toBeLessThanOrEqual(1);
      const isUnknown =
        stdout.includes('may have arrived') || next.stdout.includes('may have arrived');
      expect([next.code, sink.received.length]).toEqual(isUnknown ? [3, 1] : [0, 1]);
      expect(code).toBe(isUnknown ? 3 : 0);
    },
  );

  it('What may have arrived is sent again only when the owner says so', async () => {
    sink.beforeReply(() => new Promise(() => undefined));
    const run = spawnPaperboy(['once'], environment);
    await pollUntil(() => sink.received.length > 0);
    await kill(run);
    sink.beforeReply(async () => undefined);
    const { code, stdout } = await once();
    expect(stdout).toContain('so it may have arrived');
    expect(code).toBe(3);
    await runPaperboyOk('deliveries resend --state unknown', environment);
    expect((await once()).stdout).toContain('was sent, with 3 papers.');
    expect(sink.accepted).toHaveLength(1);
  });
});

describe('Several runs of “paperboy once”', () => {
  it('Runs that start at the same moment follow one another, and one message is sent', async () => {
    const ended = await Promise.all([once(), once(), once()]);
    expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual(
      Array(3).fill([0, expect.not.stringContaining('in use')]),
    );
    expect(sink.accepted).toHaveLength(1);
  });

  it('A run beside “paperboy start” in the same data folder is refused', async () => {
    const started = spawnPaperboy(['start'], {
      ...environment,
      env: { ...environment.env, PORT: '0', INBOX_PORT: '0' },
    });
    await started.waitForOutput(' runs: ');
    const { code, stderr } = await once();
    expect(code).toBe(1);
    expect(stderr).toContain('sends the digests by itself');
    expect(sink.received).toEqual([]);
  });
});

async function kill(run: PaperboyProcess): Promise<void> {
  run.kill('SIGKILL');
  expect((await run.ended).code).toBe(null);
}
