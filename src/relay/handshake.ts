import type { RelayEndpoint } from '../domain/smtp/relay-url.ts';
import type { SmtpConnection } from './connection.ts';
import { NO_EXTENSIONS, parseEhloReply, type SmtpExtensions } from './extensions.ts';
import { flattenReply, type RawSmtpReply } from './reply-parser.ts';
import type { StageName } from './stages.ts';

/**
 * Everything between the connection and the first message: greeting, EHLO (or HELO), STARTTLS
 * whenever it is offered, and AUTH when there is a password. Returns the extensions that the relay
 * offers in the end.
 * @throws Error with a sentence that names the relay and contains no secret.
 */
export async function performHandshake(
  connection: SmtpConnection,
  endpoint: RelayEndpoint,
  heloName: string,
): Promise<SmtpExtensions> {
  const { name } = endpoint;
  const greeting = await sendCommand(connection, null);
  if (greeting.code !== 220)
    throw new Error(`${name} refused the connection: “${flattenReply(greeting)}”.`);
  const offered = await sendEhlo(connection, name, heloName);
  const extensions = await upgradeToTls(connection, endpoint, heloName, offered);
  await authenticate(connection, endpoint, extensions);
  return extensions;
}

/** Sends `line` and returns the reply; with null it only waits for one. @throws Error when the
 *  connection ends. A second reply ends the connection. */
function sendCommand(
  connection: SmtpConnection,
  line: string | null,
  stage?: StageName,
): Promise<RawSmtpReply> {
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    connection.listen({
      onReply: (reply) => {
        if (isAnswered) return connection.end(`“${flattenReply(reply)}” came without a command.`);
        isAnswered = true;
        resolve(reply);
      },
      onEnd: (problem) => reject(new Error(problem)),
    });
    const problem = connection.problem();
    if (problem !== null) return reject(new Error(problem));
    if (stage !== undefined) connection.startStage(stage);
    if (line !== null) connection.write(`${line}\r\n`);
  });
}

async function sendEhlo(
  connection: SmtpConnection,
  name: string,
  heloName: string,
): Promise<SmtpExtensions> {
  const ehlo = await sendCommand(connection, `EHLO ${heloName}`, 'hello');
  if (ehlo.code === 250) return parseEhloReply(ehlo);
  // RFC 5321 §3.2: HELO is for servers that do not know EHLO.
  const helo = ehlo.code >= 500 ? await sendCommand(connection, `HELO ${heloName}`, 'hello') : ehlo;
  if (helo.code === 250) return NO_EXTENSIONS;
  throw new Error(`${name} answered EHLO with “${flattenReply(helo)}”.`);
}

/** STARTTLS, after which the extensions must be asked for again (RFC 3207 §4.2). */
async function upgradeToTls(
  connection: SmtpConnection,
  { name, requiresTls }: RelayEndpoint,
  heloName: string,
  offered: SmtpExtensions,
): Promise<SmtpExtensions> {
  if (connection.isEncrypted()) return offered;
  if (!offered.hasStartTls) {
    if (requiresTls) throw new Error(`${name} does not offer STARTTLS, which the URL requires.`);
    return offered;
  }
  const reply = await sendCommand(connection, 'STARTTLS', 'startTls');
  if (reply.code !== 220)
    throw new Error(`${name} answered STARTTLS with “${flattenReply(reply)}”.`);
  await connection.startTls();
  return sendEhlo(connection, name, heloName);
}

/** AUTH PLAIN (RFC 4616), else LOGIN. */
async function authenticate(
  connection: SmtpConnection,
  { name, credentials, unsafeAllowsClearTextAuth }: RelayEndpoint,
  { authMechanisms }: SmtpExtensions,
): Promise<void> {
  if (credentials === null) return;
  if (!connection.isEncrypted() && !connection.isLoopback() && !unsafeAllowsClearTextAuth) {
    throw new Error(
      `${name} offers no TLS, and the password would cross the network in clear text: add ?unsafeClearTextAuth=true to its URL to allow that.`,
    );
  }
  const { user, password } = credentials;
  const reply = authMechanisms.includes('PLAIN')
    ? await sendCommand(connection, `AUTH PLAIN ${encodeBase64(`\0${user}\0${password}`)}`, 'auth')
    : await authenticateWithLogin(connection, name, authMechanisms, { user, password });
  if (reply.code !== 235)
    throw new Error(`${name} refused to authenticate us: “${flattenReply(reply)}”.`);
}

async function authenticateWithLogin(
  connection: SmtpConnection,
  name: string,
  mechanisms: readonly string[],
  { user, password }: { user: string; password: string },
): Promise<RawSmtpReply> {
  if (!mechanisms.includes('LOGIN')) {
    const offered = mechanisms.join(', ') || 'none';
    throw new Error(`${name} does not offer AUTH PLAIN or LOGIN, only: ${offered}.`);
  }
  for (const line of ['AUTH LOGIN', encodeBase64(user)]) {
    const reply = await sendCommand(connection, line, 'auth');
    if (reply.code !== 334) return reply;
  }
  return sendCommand(connection, encodeBase64(password), 'auth');
}

function encodeBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}
