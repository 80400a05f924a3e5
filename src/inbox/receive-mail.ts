import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { PaperboyError } from '../domain/errors.ts';
import type { Envelope } from './message-store.ts';

interface MailReceiver {
  readonly port: number;
  /** Stops listening. Messages being received get a second. */
  close(): Promise<void>;
}

/** How long open connections may last after `close`, in ms. Idle ones of a pool would never end. */
const CLOSE_TIMEOUT_MS = 1000;

/** An SMTP server on `host`, without TLS and authentication. The client gets its 250 once `accept`
 *  has resolved, and a 451, so that it retries, when it rejects. */
export async function startMailReceiver(args: {
  host: string;
  port: number;
  maxMessageBytes: number;
  accept(envelope: Envelope, raw: Buffer): Promise<void>;
}): Promise<MailReceiver> {
  const { host, port, maxMessageBytes, accept } = args;
  const accepting = new Set<Promise<void>>();
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    authOptional: true,
    disableReverseLookup: true,
    size: maxMessageBytes,
    rejectOversized: true,
    closeTimeout: CLOSE_TIMEOUT_MS,
    onData(stream, session, callback) {
      const accepted = readMessage(stream, (raw) => accept(toEnvelope(session), raw));
      accepting.add(accepted);
      accepted
        .then(
          () => callback(),
          (error) => callback(createFailureReply(error)),
        )
        .finally(() => accepting.delete(accepted));
    },
  });
  // A client that closes its connection must not end this process.
  server.on('error', () => undefined);
  await listen(server, host, port);

  return {
    port: (server.server.address() as AddressInfo).port,
    async close() {
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.allSettled(accepting);
    },
  };
}

/** Collects a message and passes it to `accept`, unless it is too large: then the server refuses
 *  it. The stream throws when the client disconnects. */
async function readMessage(
  stream: SMTPServerDataStream,
  accept: (raw: Buffer) => Promise<void>,
): Promise<void> {
  let chunks: Buffer[] = [];
  for await (const chunk of stream) {
    if (stream.sizeExceeded) chunks = [];
    else chunks.push(chunk);
  }
  if (!stream.sizeExceeded) await accept(Buffer.concat(chunks));
}

function toEnvelope({ envelope }: SMTPServerSession): Envelope {
  return {
    from: envelope.mailFrom ? envelope.mailFrom.address : '',
    to: envelope.rcptTo.map(({ address }) => address),
  };
}

/** RFC 5321 §4.2.3: 451, local error in processing. */
function createFailureReply(error: unknown): Error {
  const reply = new Error('The local inbox could not keep the message', { cause: error });
  return Object.assign(reply, { responseCode: 451 });
}

function listen(server: SMTPServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (cause: Error) => reject(createListenError(host, port, cause));
    server.once('error', onError);
    server.listen(port, host, () => {
      server.off('error', onError);
      resolve();
    });
  });
}

function createListenError(host: string, port: number, cause: Error): Error {
  return new PaperboyError(
    'INBOX_CANNOT_LISTEN',
    `The local inbox cannot listen on ${host}:${port} (${cause.message}): set INBOX_PORT to a free port.`,
    { cause },
  );
}
