import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findFreePort } from '../support/free-port.ts';
import { findProgram } from './find-program.ts';
import { type RestartableTestServer, startServer } from './programs.ts';

const NAMES = ['redis-server', 'valkey-server'];

/** Whether Redis or Valkey is installed. */
export function hasRedis(): boolean {
  return findRedis() !== null;
}

/** Starts a Redis without persistence on a free port; `stop` removes its folder. */
export async function startRedis(): Promise<RestartableTestServer> {
  const program = findRedis();
  if (program === null) throw new Error('Redis was not found.');
  const folder = mkdtempSync(join(tmpdir(), 'paperboy-redis-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const port = await findFreePort();
    const url = `redis://127.0.0.1:${port}`;
    const args = [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
      ...['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'],
    ];
    const start = () =>
      startServer(program, args, {
        stopSignal: 'SIGTERM',
        answers: async () => void (await versionOf(url)),
      });
    let server = await start();
    return {
      url,
      name: await versionOf(url),
      get pid() {
        return server.pid;
      },
      stop: async () => {
        await server.stop();
        remove();
      },
      crash: async () => {
        await server.stop('SIGKILL');
        server = await start();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

function findRedis(): string | null {
  return NAMES.map((name) => findProgram(name)).find((path) => path !== null) ?? null;
}

async function versionOf(url: string): Promise<string> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const info = await client.info('server');
    return `Redis ${/redis_version:(\S+)/.exec(info)?.[1] ?? ''}`;
  } finally {
    client.disconnect();
  }
}
