import type { SMTPServerOptions } from 'smtp-server';
import { describe, expect, it } from 'vitest';
import { openRelay } from '../../src/relay/relay.ts';
import { createCertificateAuthority } from './support/certificates.ts';
import { buildMessage, useRelayFixture } from './support/relays.ts';

const authority = createCertificateAuthority();
const ADDRESS_CERTIFICATE = authority.issueCertificate({ ip: '127.0.0.1' });
const NAME_CERTIFICATE = authority.issueCertificate({ dns: 'localhost' });
const { opened, scripted, sinkWith } = useRelayFixture();

const secureSink = (options: SMTPServerOptions) =>
  sinkWith({ disabledCommands: [], authOptional: true, ...options });

function send(url: string, ca: string | null = authority.ca) {
  const relay = openRelay({ urls: [url], maxConnections: 1, ...(ca !== null && { ca }) });
  opened.push(relay);
  return relay.send(buildMessage());
}

describe('TLS', () => {
  it.each([
    ['by STARTTLS, because it is offered', { ...ADDRESS_CERTIFICATE }, 'smtp://127.0.0.1'],
    ['by STARTTLS, with a name', { ...NAME_CERTIFICATE }, 'smtp://localhost'],
    ['from the first byte on', { ...ADDRESS_CERTIFICATE, secure: true }, 'smtps://127.0.0.1'],
    [
      'from the first byte on, with a name',
      { ...NAME_CERTIFICATE, secure: true },
      'smtps://localhost',
    ],
  ])('TLS is used %s', async (_how, options, base) => {
    let wasSecure = false;
    const sink = await secureSink({
      ...options,
      onMailFrom: (_address, session, callback) => {
        wasSecure = session.secure;
        callback();
      },
    });
    const outcome = await send(`${base}:${sink.port}?requireTLS=true`);
    expect(outcome).toMatchObject({ kind: 'answered', reply: { code: 250 } });
    expect(wasSecure).toBe(true);
    expect(sink.accepted).toHaveLength(1);
  });

  it.each([
    ['an unknown authority', ADDRESS_CERTIFICATE, '127.0.0.1', null, 'unable to'],
    [
      'another name',
      authority.issueCertificate({ dns: 'relay.example.org' }),
      'localhost',
      authority.ca,
      'altnames',
    ],
    [
      'another address',
      authority.issueCertificate({ ip: '127.0.0.2' }),
      '127.0.0.1',
      authority.ca,
      'not in the cert',
    ],
    ['the name, not the address', NAME_CERTIFICATE, '127.0.0.1', authority.ca, 'not in the cert'],
    [
      'another authority',
      createCertificateAuthority('Other').issueCertificate({ ip: '127.0.0.1' }),
      '127.0.0.1',
      authority.ca,
      'unable to',
    ],
  ])('A certificate for %s is refused', async (_whom, certified, host, ca, why) => {
    for (const [scheme, secure] of [
      ['smtp', false],
      ['smtps', true],
    ] as const) {
      const sink = await secureSink({ ...certified, secure });
      const outcome = await send(`${scheme}://${host}:${sink.port}`, ca);
      expect(outcome).toMatchObject({
        kind: 'unsent',
        problem: expect.stringMatching(new RegExp(`^TLS with .+${why}`)),
      });
      expect(sink.mailCommands).toBe(0);
    }
  });

  it.each([
    ['in the same packet', '220 2.0.0 Go on\r\n250 2.0.0 injected'],
    ['as half a reply', '220 2.0.0 Go on\r\n250-PIPELI'],
  ])('A connection with replies injected before TLS is closed, %s', async (_how, say) => {
    const server = await scripted(['STARTTLS', 'PIPELINING']);
    server.script((step) => (step === 'STARTTLS' ? { say } : undefined));
    expect(await send(server.url)).toMatchObject({ kind: 'unsent' });
    expect(server.lines.filter((line) => !/^(EHLO|STARTTLS)/.test(line))).toEqual([]);
  });

  it.each(['454 4.7.0 Not now', '502 5.5.1 Unknown'])(
    'No mail is sent in clear text when STARTTLS is offered and fails with “%s”',
    async (say) => {
      const server = await scripted(['STARTTLS']);
      server.script((step) => (step === 'STARTTLS' ? { say } : undefined));
      expect(await send(server.url)).toMatchObject({
        kind: 'unsent',
        problem: expect.stringContaining(say),
      });
      expect(server.lines.some((line) => line.startsWith('MAIL'))).toBe(false);
    },
  );
});

describe('Authentication', () => {
  const authenticate = async (methods: string[]) => {
    const seen: unknown[] = [];
    const sink = await secureSink({
      ...ADDRESS_CERTIFICATE,
      authOptional: false,
      authMethods: methods,
      onAuth: ({ method, username, password }, _session, callback) => {
        seen.push([method, username, password]);
        callback(null, { user: username });
      },
    });
    const outcome = await send(`smtp://ada:p%40ss%2Cw%C3%B6rd@127.0.0.1:${sink.port}`);
    return { outcome, seen };
  };

  it.each([
    [['PLAIN', 'LOGIN'], 'PLAIN'],
    [['LOGIN', 'PLAIN'], 'PLAIN'],
    [['LOGIN'], 'LOGIN'],
  ])('Where %j are offered, %s is used, after STARTTLS', async (methods, used) => {
    const { outcome, seen } = await authenticate(methods);
    expect(outcome).toMatchObject({ kind: 'answered', reply: { code: 250 } });
    expect(seen).toEqual([[used, 'ada', 'p@ss,wörd']]);
  });

  it('Authentication is not tried where only other mechanisms are offered', async () => {
    const { outcome, seen } = await authenticate(['CRAM-MD5']);
    expect(outcome).toMatchObject({
      kind: 'unsent',
      problem: expect.stringContaining('PLAIN or LOGIN, only: CRAM-MD5'),
    });
    expect(seen).toEqual([]);
  });
});
