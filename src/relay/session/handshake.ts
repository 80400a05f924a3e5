import type { RelayEndpoint } from '../../domain/smtp/relay-url.ts';
import { NO_EXTENSIONS, parseEhloReply, type SmtpExtensions } from './extensions.ts';
import { flattenReply, type RawSmtpReply } from './reply-parser.ts';

/** The replies that are awaited before the first message. */
export type HandshakePhase =
  | 'greeting'
  | 'ehlo'
  | 'helo'
  | 'startTls'
  | 'authLogin'
  | 'authUser'
  | 'auth';

/** What a session does next in its handshake. */
export type HandshakeStep =
  | { kind: 'send'; phase: HandshakePhase; line: string }
  | { kind: 'startTls' }
  /** Messages may be sent. */
  | { kind: 'open' }
  /** A sentence that names the relay and contains no secret. */
  | { kind: 'fail'; problem: string };

/** What the handshake knows so far. */
export interface HandshakeFacts {
  endpoint: RelayEndpoint;
  heloName: string;
  isEncrypted: boolean;
  /** Whether the relay is on this machine. */
  isLoopback: boolean;
  /** What the relay offered in its last reply to EHLO. */
  extensions: SmtpExtensions;
}

/**
 * Decides what follows a reply between the connection and the first message: greeting, EHLO (or
 * HELO), STARTTLS whenever it is offered, and AUTH when there is a password. Sets
 * `facts.extensions`.
 */
export function decideHandshakeStep(
  phase: HandshakePhase,
  reply: RawSmtpReply,
  facts: HandshakeFacts,
): HandshakeStep {
  const { name } = facts.endpoint;
  switch (phase) {
    case 'greeting':
      return reply.code === 220
        ? sendEhlo(facts)
        : fail(`${name} refused the connection: “${flattenReply(reply)}”.`);
    case 'ehlo':
      if (reply.code === 250) return acceptExtensions(facts, parseEhloReply(reply));
      // RFC 5321 §3.2: HELO is for servers that do not know EHLO.
      if (reply.code >= 500) return send('helo', `HELO ${facts.heloName}`);
      return fail(`${name} answered EHLO with “${flattenReply(reply)}”.`);
    case 'helo':
      return reply.code === 250
        ? acceptExtensions(facts, NO_EXTENSIONS)
        : fail(`${name} answered EHLO with “${flattenReply(reply)}”.`);
    case 'startTls':
      return reply.code === 220
        ? { kind: 'startTls' }
        : fail(`${name} answered STARTTLS with “${flattenReply(reply)}”.`);
    case 'authLogin':
    case 'authUser':
    case 'auth':
      return continueAuthentication(phase, reply, facts);
  }
}

/** Asks for the extensions: after the greeting, and again after STARTTLS (RFC 3207 §4.2). */
export function sendEhlo({ heloName }: HandshakeFacts): HandshakeStep {
  return send('ehlo', `EHLO ${heloName}`);
}

function acceptExtensions(facts: HandshakeFacts, extensions: SmtpExtensions): HandshakeStep {
  facts.extensions = extensions;
  const { endpoint, isEncrypted } = facts;
  if (!isEncrypted && extensions.hasStartTls) return send('startTls', 'STARTTLS');
  if (!isEncrypted && endpoint.requiresTls)
    return fail(`${endpoint.name} does not offer STARTTLS, which the URL requires.`);
  return authenticate(facts);
}

/** AUTH PLAIN (RFC 4616), else LOGIN. */
function authenticate({
  endpoint,
  isEncrypted,
  isLoopback,
  extensions,
}: HandshakeFacts): HandshakeStep {
  const { name, credentials, unsafeAllowsClearTextAuth } = endpoint;
  if (credentials === null) return { kind: 'open' };
  if (!isEncrypted && !isLoopback && !unsafeAllowsClearTextAuth) {
    return fail(
      `${name} offers no TLS, and the password would cross the network in clear text: add ?unsafeClearTextAuth=true to its URL to allow that.`,
    );
  }
  const { user, password } = credentials;
  const { authMechanisms } = extensions;
  if (authMechanisms.includes('PLAIN'))
    return send('auth', `AUTH PLAIN ${encodeBase64(`\0${user}\0${password}`)}`);
  if (authMechanisms.includes('LOGIN')) return send('authLogin', 'AUTH LOGIN');
  const offered = authMechanisms.join(', ') || 'none';
  return fail(`${name} does not offer AUTH PLAIN or LOGIN, only: ${offered}.`);
}

/** AUTH LOGIN asks for the user name and then for the password (334). */
function continueAuthentication(
  phase: 'authLogin' | 'authUser' | 'auth',
  reply: RawSmtpReply,
  { endpoint }: HandshakeFacts,
): HandshakeStep {
  const { name, credentials } = endpoint;
  if (reply.code === 235) return { kind: 'open' };
  if (reply.code === 334 && credentials && phase === 'authLogin')
    return send('authUser', encodeBase64(credentials.user));
  if (reply.code === 334 && credentials && phase === 'authUser')
    return send('auth', encodeBase64(credentials.password));
  return fail(`${name} refused to authenticate us: “${flattenReply(reply)}”.`);
}

function send(phase: HandshakePhase, line: string): HandshakeStep {
  return { kind: 'send', phase, line: `${line}\r\n` };
}

function fail(problem: string): HandshakeStep {
  return { kind: 'fail', problem };
}

function encodeBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}
