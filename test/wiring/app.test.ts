import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { startRoles } from '../../src/roles.ts';
import { loadConfig } from '../../src/settings/config.ts';
import { openApp } from '../../src/wiring/app.ts';
import { useTestApp } from '../support/test-app.ts';

const RUNTIME = {
  clock: () => new Date('2026-05-08T05:30:00Z'),
  random: () => 0.5,
  logger: pino({ level: 'silent' }),
  instanceId: 'test',
};

const test = useTestApp();

const servers = new Set<Server>();
afterEach(() => {
  for (const server of servers) server.close();
  servers.clear();
});

describe('openApp', () => {
  it('A second process cannot open an embedded database until the first has closed it', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'paperboy-wiring-'));
    const config = loadConfig({ DATA_DIR: dataDir, INBOX_PORT: '0' });
    try {
      const app = await openApp(config, RUNTIME);
      await expect(openApp(config, RUNTIME)).rejects.toMatchObject({ code: 'DATA_DIR_LOCKED' });
      await app.close();
      const again = await openApp(config, RUNTIME);
      expect(again.keys).toEqual(app.keys);
      await again.close();
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it('A process that never sends opens no inbox, so that a used port does not matter', async () => {
    const inboxPort = await listen(() => undefined);
    const config = { ...test.app.config, inboxPort };
    await expect(openApp(config, RUNTIME, test.app.database)).rejects.toMatchObject({
      code: 'INBOX_CANNOT_LISTEN',
      message: expect.stringContaining('set INBOX_PORT to a free port'),
    });
    const app = await openApp(config, RUNTIME, test.app.database, { catchesMail: false });
    expect(app.inbox).toBe(null);
    await app.close();
  });

  it.each([
    [
      'refuses connections',
      'redis://:hunter2@127.0.0.1:1',
      /REDIS_URL \(127\.0\.0\.1:1\).*ECONNREFUSED/,
    ],
    [
      'has an unknown name',
      'redis://redis.invalid',
      /REDIS_URL \(redis\.invalid\).*(ENOTFOUND|EAI_AGAIN)/,
    ],
  ])('openApp throws when the server of REDIS_URL %s', async (_what, redisUrl, message) => {
    const opening = openApp({ ...test.app.config, redisUrl }, RUNTIME, test.app.database);
    await expect(opening).rejects.toMatchObject({
      code: 'QUEUE_UNREACHABLE',
      message: expect.stringMatching(message),
    });
  });

  it('openApp refuses a Redis that would evict jobs, and says which setting to change', async () => {
    const port = await listen(answerAsRedis('allkeys-lru'));
    const config = { ...test.app.config, redisUrl: `redis://127.0.0.1:${port}` };
    await expect(openApp(config, RUNTIME, test.app.database)).rejects.toMatchObject({
      code: 'QUEUE_EVICTS',
      message: expect.stringMatching(/“allkeys-lru”: expected noeviction/),
    });
  });
});

describe('startRoles', () => {
  it('startRoles names the setting to change when the port of the site is used, and starts nothing', async () => {
    const port = await listen(() => undefined);
    const app = { ...test.app, config: { ...test.app.config, port } };
    await expect(startRoles(app, ['api', 'worker', 'scheduler'])).rejects.toMatchObject({
      code: 'SITE_CANNOT_LISTEN',
      message: `The site cannot listen on 127.0.0.1:${port}: another program listens there: stop it, or set PORT to a free port.`,
    });
    const { rows } = await test.app.database.pool.query('SELECT FROM leases');
    expect(rows).toEqual([]);
  });
});

/** Opens a server on a free port of this machine until the test ends. */
async function listen(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer(onConnection).listen(0, '127.0.0.1');
  servers.add(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A server that speaks as much Redis as the check needs: it answers INFO, and OK to everything
 *  else. */
function answerAsRedis(policy: string): (socket: Socket) => void {
  const info = `redis_version:7.0.15\r\nmaxmemory_policy:${policy}\r\n`;
  return (socket) =>
    socket
      .on('error', () => undefined)
      .on('data', (chunk) => {
        for (const command of chunk
          .toString()
          .split(/^\*\d+\r\n/m)
          .slice(1)) {
          const isInfo = /\r\ninfo\r\n/i.test(command);
          socket.write(isInfo ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n');
        }
      });
}
