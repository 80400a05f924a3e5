import { expect, it } from 'vitest';
import { readRelayUrl } from '../../src/domain/relay-url.ts';
import type { Connection, Listener } from '../../src/relay/connection.ts';
import { greet } from '../../src/relay/handshake.ts';
import { heloNameOf } from '../../src/relay/relay.ts';

/** A connection in clear text over a network, which a test on one machine has none of. */
function remoteConnection(): Connection & { written: string[] } {
  let listener: Listener | null = null;
  const written: string[] = [];
  const reply = (line: string) => {
    const answers = { EHLO: '250-far\n250 AUTH PLAIN LOGIN', AUTH: '235 fine' };
    const text = answers[line.slice(0, 4) as keyof typeof answers] ?? '220 far';
    listener?.onReply({ code: Number(text.slice(0, 3)), text });
  };
  queueMicrotask(() => reply('greeting'));
  return {
    written,
    listen: (to) => {
      listener = to;
    },
    write: (data) => {
      written.push(String(data));
      queueMicrotask(() => reply(String(data)));
    },
    await: () => undefined,
    startTls: () => Promise.reject(new Error('not here')),
    isLate: () => false,
    end: () => undefined,
    endLate: () => undefined,
    problem: () => null,
    isEncrypted: () => false,
    isLoopback: () => false,
  };
}

it('A password does not cross a network in clear text', async () => {
  const connection = remoteConnection();
  const endpoint = readRelayUrl('smtp://ada:hunter2@relay.example.org');
  await expect(greet(connection, endpoint, 'me')).rejects.toThrow(/clear text: add \?unsafeClear/);
  expect(connection.written).toEqual(['EHLO me\r\n']);
});

it('A password crosses a network in clear text when the URL says so', async () => {
  const connection = remoteConnection();
  const url = 'smtp://ada:hunter2@relay.example.org?unsafeClearTextAuth=true';
  await greet(connection, readRelayUrl(url), 'me');
  const secret = Buffer.from('\0ada\0hunter2').toString('base64');
  expect(connection.written).toEqual(['EHLO me\r\n', `AUTH PLAIN ${secret}\r\n`]);
});

it.each([
  ['mail.example.org', 'mail.example.org'],
  ['laptop', '[127.0.0.1]'],
  ['bad_name.example.org', '[127.0.0.1]'],
  ['a.b\r\nMAIL FROM:<x>', '[127.0.0.1]'],
])('The machine %j calls itself %s', (hostname, name) => {
  expect(heloNameOf(hostname)).toBe(name);
});
