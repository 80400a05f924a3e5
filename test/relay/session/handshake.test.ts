import { expect, it } from 'vitest';
import { parseRelayUrl } from '../../../src/domain/smtp/relay-url.ts';
import { chooseHeloName } from '../../../src/relay/relay.ts';
import { NO_EXTENSIONS } from '../../../src/relay/session/extensions.ts';
import { decideHandshakeStep, type HandshakeFacts } from '../../../src/relay/session/handshake.ts';

/** A connection in clear text to another machine, of `url`. */
const remote = (url: string): HandshakeFacts => ({
  endpoint: parseRelayUrl(url),
  heloName: 'me',
  isEncrypted: false,
  isLoopback: false,
  extensions: NO_EXTENSIONS,
});

const EHLO_REPLY = { code: 250, text: '250-far\n250 AUTH PLAIN LOGIN' };

it('A password does not cross a network in clear text', () => {
  const facts = remote('smtp://ada:hunter2@relay.example.org');
  expect(decideHandshakeStep('ehlo', EHLO_REPLY, facts)).toEqual({
    kind: 'fail',
    problem: expect.stringMatching(/clear text: add \?unsafeClear/),
  });
});

it('A password crosses a network in clear text when the URL says so', () => {
  const facts = remote('smtp://ada:hunter2@relay.example.org?unsafeClearTextAuth=true');
  const secret = Buffer.from('\0ada\0hunter2').toString('base64');
  expect(decideHandshakeStep('ehlo', EHLO_REPLY, facts)).toEqual({
    kind: 'send',
    phase: 'auth',
    line: `AUTH PLAIN ${secret}\r\n`,
  });
});

it('AUTH LOGIN sends the user name and the password when they are asked for', () => {
  const facts = remote('smtp://ada:hunter2@relay.example.org?unsafeClearTextAuth=true');
  const ehlo = { code: 250, text: '250-far\n250 AUTH LOGIN' };
  const more = { code: 334, text: '334 VXNlcm5hbWU6' };
  const line = (text: string) => `${Buffer.from(text).toString('base64')}\r\n`;
  expect([
    decideHandshakeStep('ehlo', ehlo, facts),
    decideHandshakeStep('authLogin', more, facts),
    decideHandshakeStep('authUser', more, facts),
    decideHandshakeStep('auth', { code: 235, text: '235 Welcome' }, facts),
  ]).toEqual([
    { kind: 'send', phase: 'authLogin', line: 'AUTH LOGIN\r\n' },
    { kind: 'send', phase: 'authUser', line: line('ada') },
    { kind: 'send', phase: 'auth', line: line('hunter2') },
    { kind: 'open' },
  ]);
});

it.each(['authLogin', 'authUser', 'auth'] as const)(
  'A refusal at %s says nothing of the password',
  (phase) => {
    const facts = remote('smtp://ada:hunter2@relay.example.org');
    const step = decideHandshakeStep(phase, { code: 535, text: '535 5.7.8 No' }, facts);
    expect(step).toMatchObject({ kind: 'fail', problem: expect.stringContaining('535 5.7.8 No') });
    expect(JSON.stringify(step)).not.toMatch(/hunter2|aHVudGVyMg/);
  },
);

it.each([
  ['mail.example.org', 'mail.example.org'],
  ['laptop', '[127.0.0.1]'],
  ['bad_name.example.org', '[127.0.0.1]'],
  ['a.b\r\nMAIL FROM:<x>', '[127.0.0.1]'],
])('The machine %j has the EHLO name %s', (hostname, name) => {
  expect(chooseHeloName(hostname)).toBe(name);
});
