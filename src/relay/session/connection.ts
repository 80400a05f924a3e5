import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { RelayEndpoint } from '../../domain/smtp/relay-url.ts';
import { createReplyParser, type RawSmtpReply } from './reply-parser.ts';

/** What comes over a connection. Nothing follows `malformed`, `broken` or `closed`. */
export type ConnectionEvent =
  /** `isLoopback`: the relay is on this machine. */
  | { kind: 'connected'; isLoopback: boolean }
  /** All further bytes are encrypted, and the relay's certificate is verified. */
  | { kind: 'encrypted' }
  /** `isFollowed`: more bytes came together with the reply. */
  | { kind: 'reply'; reply: RawSmtpReply; isFollowed: boolean }
  /** Bytes that are no reply, printable and shortened. */
  | { kind: 'malformed'; line: string }
  | { kind: 'broken'; message: string }
  | { kind: 'closed' };

/** The bytes between us and a relay. */
interface SmtpConnection {
  /** `onWritten` is called once the system has taken the bytes; never if it did not. */
  write(data: string | Buffer, onWritten?: () => void): void;
  /** Encrypts the connection. Replies that came before are discarded. */
  startTls(): void;
  /** Closes at once. No event follows. */
  destroy(): void;
}

/** Opens a connection to a relay. `onEvent` is never called before it has returned. */
export type OpenConnection = (
  endpoint: RelayEndpoint,
  onEvent: (event: ConnectionEvent) => void,
) => SmtpConnection;

/** Replies are short. A longer one takes several reads. */
const READ_BYTES = 4096;

/** How long an address of the relay may take before its next one is tried, in ms. Node's own 250 ms
 *  are shorter than the way to a distant relay, which then would never be reached. */
const ADDRESS_TIMEOUT_MS = 5000;

/** Connects by TCP. `ca`: certificates to trust instead of those of the system (PEM). */
export function connectBySocket(ca?: string): OpenConnection {
  return (endpoint, onEvent) => openSocket(endpoint, ca, onEvent);
}

function openSocket(
  { host, port, isImplicitTls }: RelayEndpoint,
  ca: string | undefined,
  onEvent: (event: ConnectionEvent) => void,
): SmtpConnection {
  // SNI allows no IP address (RFC 6066 §3). The certificate is verified for it nevertheless.
  const tlsOptions = {
    host,
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca }),
  };
  const address = { port, autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS };
  let isOver = false;
  let replyParser = openParser();
  let socket: Socket = isImplicitTls
    ? connectTls({ ...tlsOptions, ...address }).on('data', onData)
    : connectTcp({
        ...{ host, ...address },
        onread: { buffer: Buffer.alloc(READ_BYTES), callback: onRead },
      });
  socket.setNoDelay(true);
  socket.once('connect', () => {
    if (!isOver) onEvent({ kind: 'connected', isLoopback: isLoopbackAddress(socket) });
  });
  if (isImplicitTls) socket.once('secureConnect', onEncrypted);
  attach();

  function openParser() {
    return createReplyParser({
      onReply: (reply, isFollowed) => onEvent({ kind: 'reply', reply, isFollowed }),
      onMalformed: (line) => finish({ kind: 'malformed', line }),
    });
  }

  function destroy() {
    isOver = true;
    replyParser.stop();
    socket.destroy();
  }

  function finish(event: ConnectionEvent) {
    if (isOver) return;
    destroy();
    onEvent(event);
  }

  function onEncrypted() {
    if (!isOver) onEvent({ kind: 'encrypted' });
  }

  function onData(chunk: Buffer) {
    replyParser.feed(chunk);
  }

  /** A plain connection reads into one buffer, again and again, so the bytes must be copied. */
  function onRead(length: number, buffer: Uint8Array): boolean {
    onData(Buffer.from(buffer.buffer, buffer.byteOffset, length));
    return true;
  }

  function onError(error: Error) {
    finish({ kind: 'broken', message: describeSocketError(error) });
  }

  // Data that came before has been read by now, and nothing we write would be received.
  function onClosed() {
    finish({ kind: 'closed' });
  }

  function attach() {
    socket.on('error', onError).on('end', onClosed).on('close', onClosed);
  }

  function detach() {
    socket.off('error', onError).off('end', onClosed).off('close', onClosed);
  }

  function wrapInTls() {
    if (isOver) return;
    detach();
    socket = connectTls({ ...tlsOptions, socket }).on('data', onData);
    attach();
    socket.once('secureConnect', onEncrypted);
  }

  return {
    write: (data, onWritten) => {
      if (isOver) return;
      if (onWritten === undefined) socket.write(data);
      else
        socket.write(data, (error) => {
          if (!error && !isOver) onWritten();
        });
    },
    startTls: () => {
      replyParser.stop();
      replyParser = openParser();
      // The socket is still delivering the bytes of the reply.
      queueMicrotask(wrapInTls);
    },
    destroy,
  };
}

/** The message of a socket's error. A host with several addresses fails with one error for each,
 *  and an empty message for all. */
function describeSocketError(error: Error): string {
  if (!(error instanceof AggregateError) || error.errors.length === 0) return error.message;
  return error.errors.map(({ message }: Error) => message).join('; ');
}

function isLoopbackAddress({ remoteAddress = '' }: Socket): boolean {
  return /^(?:::ffff:)?127\.|^::1$/.test(remoteAddress);
}
