import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { waitUntil } from '../../support/wait-until.ts';
import { openPostgresProxy, type PostgresProxy } from './proxy.ts';

let database: Server;
let received: Buffer[];
let hasEnded: boolean;
let proxy: PostgresProxy;
let client: Socket;

beforeEach(async () => {
  received = [];
  hasEnded = false;
  database = createServer((socket) => {
    socket.on('data', (chunk) => received.push(chunk));
    socket.on('error', () => undefined);
    socket.on('end', () => {
      hasEnded = true;
    });
  });
  database.listen(0, '127.0.0.1');
  await once(database, 'listening');
  const { port } = database.address() as AddressInfo;
  proxy = await openPostgresProxy(`postgres://postgres@127.0.0.1:${port}/postgres`);
  client = connect(Number(new URL(proxy.url).port), '127.0.0.1');
  client.on('error', () => undefined);
  await once(client, 'connect');
  client.write(message(null, Buffer.from([0, 3, 0, 0])));
  await waitUntil(() => received.length > 0);
});

afterEach(async () => {
  client.destroy();
  await proxy.close();
  database.close();
});

const QUERY = message('Q', Buffer.from('SELECT 1\0'));

test('A statement into a blackhole arrives afterwards, although its client has given it up', async () => {
  proxy.setBlackholed(true);
  client.write(QUERY);
  client.end();
  await once(client.resume(), 'close').catch(() => undefined);
  expect(Buffer.concat(received).includes('SELECT 1')).toBe(false);
  proxy.setBlackholed(false);
  await waitUntil(() => hasEnded);
  expect(Buffer.concat(received).includes('SELECT 1')).toBe(true);
});

test('Without a blackhole a statement and the end of the connection arrive in order', async () => {
  client.end(QUERY);
  await waitUntil(() => hasEnded);
  expect(Buffer.concat(received).includes('SELECT 1')).toBe(true);
});

test('After a redirection old connections are cut, and new ones go to the other server', async () => {
  const connections: string[] = [];
  const other = createServer((socket) => {
    socket.on('data', () => connections.push('other'));
    socket.on('error', () => undefined);
  });
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const closed = once(client.resume(), 'close');
  proxy.redirectTo(`postgres://postgres@127.0.0.1:${port}/postgres`);
  await closed;
  const next = connect(Number(new URL(proxy.url).port), '127.0.0.1');
  next.write(message(null, Buffer.from([0, 3, 0, 0])));
  await waitUntil(() => connections.length > 0);
  next.destroy();
  other.close();
});

function message(type: string | null, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(4 + body.length);
  return Buffer.concat([Buffer.from(type ?? ''), length, body]);
}
