import type { SMTPServerOptions } from 'smtp-server';
import { describe, expect, it } from 'vitest';
import { openRelay } from '../../src/relay/relay.ts';
import { createCertificateAuthority } from './support/certificates.ts';
import { buildMessage, useRelayFixture } from './support/relays.ts';

const authority = createCertificateAuthority();
const OF_ADDRESS = authority.issueCertificate({ ip: '127.0.0.1' });
const OF_NAME = authority.issueCertificate({ dns: 'localhost' });
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
    ['by STARTTLS, because it is offered', { ...OF_ADDRESS }, 'smtp://127.0.0.1'],
    ['by STARTTLS, with a name', { ...OF_NAME }, 'smtp://localhost'],
    ['from the first byte on', { ...OF_ADDRESS, secure: true }, 'smtps://127.0.0.1'],
    ['from the first byte on, with a name', { ...OF_NAME, secure: true }, 'smtps://localhost'],
  ])('is used %s', async (_how, options, base) => {
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
    ['an authority that nobody knows', OF_ADDRESS, '127.0.0.1', null, 'unable to'],
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
    ['a name, not for the address', OF_NAME, '127.0.0.1', authority.ca, 'not in the cert'],
    [
      'another authority',
      createCertificateAuthority('Other').issueCertificate({ ip: '127.0.0.1' }),
      '127.0.0.1',
      authority.ca,
      'unable to',
    ],
  ])('is refused with a certificate of %s', async (_whom, certified, host, ca, why) => {
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
  ])('is broken off when replies were put in before it, %s', async (_how, say) => {
    const server = await scripted(['STARTTLS', 'PIPELINING']);
    server.script((step) => (step === 'STARTTLS' ? { say } : undefined));
    expect(await send(server.url)).toMatchObject({ kind: 'unsent' });
    expect(server.lines.filter((line) => !/^(EHLO|STARTTLS)/.test(line))).toEqual([]);
  });

  it.each(['454 4.7.0 Not now', '502 5.5.1 Unknown'])(
    'is not done without when STARTTLS is offered and answered “%s”',
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

describe('Signing in', () => {
  const signedIn = async (methods: string[]) => {
    const seen: unknown[] = [];
    const sink = await secureSink({
      ...OF_ADDRESS,
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
  ])('where %j are offered goes by %s, after STARTTLS', async (methods, used) => {
    const { outcome, seen } = await signedIn(methods);
    expect(outcome).toMatchObject({ kind: 'answered', reply: { code: 250 } });
    expect(seen).toEqual([[used, 'ada', 'p@ss,wörd']]);
  });

  it('is not tried where only other ways are offered', async () => {
    const { outcome, seen } = await signedIn(['CRAM-MD5']);
    expect(outcome).toMatchObject({
      kind: 'unsent',
      problem: expect.stringContaining('PLAIN or LOGIN; it offers: CRAM-MD5'),
    });
    expect(seen).toEqual([]);
  });
});
