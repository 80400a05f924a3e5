import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { waitUntil } from '../../support/wait-until.ts';
import { type FaultySmtpServer, openFaultySmtpServer } from './faulty-server.ts';

const open: { server: FaultySmtpServer; socket: Socket }[] = [];

afterEach(async () => {
  for (const { server, socket } of open.splice(0)) {
    socket.destroy();
    await server.close();
  }
});

const EMAIL = 'ada@example.org';
const COMMANDS = `MAIL FROM:<a@b.org>\r\nRCPT TO:<${EMAIL}>\r\nDATA\r\n`;
const MESSAGE = 'Message-ID: <1@b.org>\r\n\r\nHi\r\n.\r\n';

async function connectToServer() {
  const server = openFaultySmtpServer();
  const { url } = await server.openListener();
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'connect');
  open.push({ server, socket });
  return { server, socket };
}

test('An accepted message is recorded with its id, a hash of its bytes and the reply', async () => {
  const { server, socket } = await connectToServer();
  socket.write(`EHLO me\r\n${COMMANDS}${MESSAGE}`);
  socket.write(`${COMMANDS}${MESSAGE.replace('Hi', 'Ho')}`);
  await waitUntil(() => server.transactions[1]?.reply?.startsWith('250 2.0.0') === true);
  const [first, second] = server.transactions;
  expect(first).toMatchObject({ recipient: EMAIL, messageId: '<1@b.org>', cutAt: null });
  expect(first?.acceptedAt).not.toBeNull();
  expect(second?.hash).not.toBe(first?.hash);
  expect(server.seenAt.get(EMAIL)).toHaveLength(2);
});

test('The refusal of a sender is recorded for the recipient behind it', async () => {
  const { server, socket } = await connectToServer();
  server.injectFaults(({ stage }) => (stage === 'MAIL' ? { reply: '451 4.3.0 Later' } : null));
  socket.write(`EHLO me\r\n${COMMANDS}`);
  await waitUntil(() => server.transactions.length === 1);
  await waitUntil(() => server.transactions[0]?.reply === '451 4.3.0 Later');
  expect(server.transactions[0]).toMatchObject({ recipient: EMAIL, messageId: null, hash: null });
});

test.each(['body', 'dot', 'accepted'] as const)(
  'A connection that the server cuts at “%s” is recorded as cut there, without a final reply',
  async (stage) => {
    const { server, socket } = await connectToServer();
    server.injectFaults((point) => (point.stage === stage ? { drop: true } : null));
    socket.write(`EHLO me\r\n${COMMANDS}${MESSAGE}`);
    await waitUntil(() => server.transactions[0]?.cutAt === stage);
    expect(server.transactions[0]?.reply).toBe('354 Go on');
  },
);
