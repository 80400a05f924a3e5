import { expect, it } from 'vitest';
import { parseRelayUrl } from '../../src/domain/smtp/relay-url.ts';
import type { ConnectionListener, SmtpConnection } from '../../src/relay/connection.ts';
import { performHandshake } from '../../src/relay/handshake.ts';
import { chooseHeloName } from '../../src/relay/relay.ts';

/** A connection in clear text to another machine. */
function remoteConnection(): SmtpConnection & { written: string[] } {
  let listener: ConnectionListener | null = null;
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
    startStage: () => undefined,
    startTls: () => Promise.reject(new Error('not here')),
    tick: () => false,
    end: () => undefined,
    endTimedOut: () => undefined,
    problem: () => null,
    isEncrypted: () => false,
    isLoopback: () => false,
  };
}

it('A password does not cross a network in clear text', async () => {
  const connection = remoteConnection();
  const endpoint = parseRelayUrl('smtp://ada:hunter2@relay.example.org');
  await expect(performHandshake(connection, endpoint, 'me')).rejects.toThrow(
    /clear text: add \?unsafeClear/,
  );
  expect(connection.written).toEqual(['EHLO me\r\n']);
});

it('A password crosses a network in clear text when the URL says so', async () => {
  const connection = remoteConnection();
  const url = 'smtp://ada:hunter2@relay.example.org?unsafeClearTextAuth=true';
  await performHandshake(connection, parseRelayUrl(url), 'me');
  const secret = Buffer.from('\0ada\0hunter2').toString('base64');
  expect(connection.written).toEqual(['EHLO me\r\n', `AUTH PLAIN ${secret}\r\n`]);
});

it.each([
  ['mail.example.org', 'mail.example.org'],
  ['laptop', '[127.0.0.1]'],
  ['bad_name.example.org', '[127.0.0.1]'],
  ['a.b\r\nMAIL FROM:<x>', '[127.0.0.1]'],
])('The machine %j has the EHLO name %s', (hostname, name) => {
  expect(chooseHeloName(hostname)).toBe(name);
});
