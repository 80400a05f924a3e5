import type { RelayEndpoint } from '../domain/relay-url.ts';
import type { Connection } from './connection.ts';
import { type Extensions, NO_EXTENSIONS, readExtensions } from './extensions.ts';
import type { Reply } from './reply-reader.ts';
import type { StageName } from './stages.ts';

/**
 * Everything between the connection and the first message: greeting, EHLO (or HELO), STARTTLS
 * whenever it is offered, AUTH when there is a password. Returns what the relay offers in the end.
 * @throws Error with a sentence that names the relay and holds no secret.
 */
export async function greet(
  connection: Connection,
  endpoint: RelayEndpoint,
  heloName: string,
): Promise<Extensions> {
  const { name } = endpoint;
  const greeting = await ask(connection, null);
  if (greeting.code !== 220) throw new Error(`${name} turned us away: “${flat(greeting)}”.`);
  const offered = await sayHello(connection, name, heloName);
  const extensions = await secure(connection, endpoint, heloName, offered);
  await signIn(connection, endpoint, extensions);
  return extensions;
}

/** Says `line` and waits for the reply; with null only waits. @throws Error when the connection ends,
 *  or more comes than one reply. */
function ask(connection: Connection, line: string | null, stage?: StageName): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    connection.listen({
      onReply: (reply) => {
        if (isAnswered) return connection.end(`“${flat(reply)}” came without being asked for.`);
        isAnswered = true;
        resolve(reply);
      },
      onEnd: (problem) => reject(new Error(problem)),
    });
    const problem = connection.problem();
    if (problem !== null) return reject(new Error(problem));
    if (stage !== undefined) connection.await(stage);
    if (line !== null) connection.write(`${line}\r\n`);
  });
}

async function sayHello(
  connection: Connection,
  name: string,
  heloName: string,
): Promise<Extensions> {
  const ehlo = await ask(connection, `EHLO ${heloName}`, 'hello');
  if (ehlo.code === 250) return readExtensions(ehlo);
  // Only who does not know EHLO is asked again: RFC 5321 §3.2.
  const helo = ehlo.code >= 500 ? await ask(connection, `HELO ${heloName}`, 'hello') : ehlo;
  if (helo.code === 250) return NO_EXTENSIONS;
  throw new Error(`${name} answered EHLO with “${flat(helo)}”.`);
}

/** STARTTLS (RFC 3207): what was heard before it counts for nothing after it. */
async function secure(
  connection: Connection,
  { name, requireTls }: RelayEndpoint,
  heloName: string,
  offered: Extensions,
): Promise<Extensions> {
  if (connection.isEncrypted()) return offered;
  if (!offered.hasStartTls) {
    if (requireTls) throw new Error(`${name} does not offer STARTTLS, which the URL requires.`);
    return offered;
  }
  const reply = await ask(connection, 'STARTTLS', 'startTls');
  if (reply.code !== 220) throw new Error(`${name} answered STARTTLS with “${flat(reply)}”.`);
  await connection.startTls();
  return sayHello(connection, name, heloName);
}

/** AUTH PLAIN (RFC 4616), else LOGIN. */
async function signIn(
  connection: Connection,
  { name, credentials, unsafeClearTextAuth }: RelayEndpoint,
  { authMechanisms }: Extensions,
): Promise<void> {
  if (credentials === null) return;
  if (!connection.isEncrypted() && !connection.isLoopback() && !unsafeClearTextAuth) {
    throw new Error(
      `${name} offers no TLS, and the password would cross the network in clear text: add ?unsafeClearTextAuth=true to its URL if that is meant.`,
    );
  }
  const { user, password } = credentials;
  const reply = authMechanisms.includes('PLAIN')
    ? await ask(connection, `AUTH PLAIN ${base64(`\0${user}\0${password}`)}`, 'auth')
    : await logIn(connection, name, authMechanisms, { user, password });
  if (reply.code !== 235) throw new Error(`${name} did not let us sign in: “${flat(reply)}”.`);
}

async function logIn(
  connection: Connection,
  name: string,
  mechanisms: readonly string[],
  { user, password }: { user: string; password: string },
): Promise<Reply> {
  if (!mechanisms.includes('LOGIN')) {
    const offered = mechanisms.join(', ') || 'none';
    throw new Error(`${name} lets nobody sign in by AUTH PLAIN or LOGIN; it offers: ${offered}.`);
  }
  for (const line of ['AUTH LOGIN', base64(user)]) {
    const reply = await ask(connection, line, 'auth');
    if (reply.code !== 334) return reply;
  }
  return ask(connection, base64(password), 'auth');
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function flat({ text }: Reply): string {
  return text.replaceAll('\n', ' ').slice(0, 300);
}
