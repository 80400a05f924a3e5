import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { RelayEndpoint } from '../domain/smtp/relay-url.ts';
import { createReplyParser, type RawSmtpReply } from './reply-parser.ts';
import { STAGES, type StageName } from './stages.ts';

/** Who hears of what comes over a connection. */
export interface ConnectionListener {
  onReply(reply: RawSmtpReply): void;
  /** The connection is no more; called once, nothing follows. */
  onEnd(problem: string): void;
}

/** A socket that speaks in lines and replies. */
export interface SmtpConnection {
  listen(listener: ConnectionListener): void;
  /** Names what is waited for, from now on; its time begins. */
  startStage(stage: StageName): void;
  /** `onWritten` is called when the system has taken the bytes, and never when it did not. */
  write(data: string | Buffer, onWritten?: () => void): void;
  /** Resolves when all further bytes are encrypted and the relay's certificate is verified. Forgets
   *  all that was read before. @throws Error when a byte came unencrypted behind the reply. */
  startTls(): Promise<void>;
  /** Counts a second. Returns whether what is awaited has taken too long. */
  tick(): boolean;
  /** Breaks the connection, when it is not broken yet. */
  end(problem: string): void;
  /** Breaks it because the awaited did not come in time. */
  endTimedOut(): void;
  /** Why there is no connection any more. */
  problem(): string | null;
  isEncrypted(): boolean;
  /** Whether the bytes stay on this machine. */
  isLoopback(): boolean;
}

/** Replies are short; a longer one comes in several reads. */
const READ_BYTES = 4096;

/** Opens a connection; the listener hears of the greeting. `ca`: certificates to trust instead of
 *  those that the system knows (PEM). */
export function openSmtpConnection(
  endpoint: RelayEndpoint,
  ca: string | undefined,
): SmtpConnection {
  const { name, host, port, isImplicitTls } = endpoint;
  // A name for SNI may be no address (RFC 6066 §3); the certificate is verified for it all the same.
  const tlsOptions = {
    host,
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca }),
  };
  let listener: ConnectionListener = { onReply: () => undefined, onEnd: () => undefined };
  let stage: StageName = 'connect';
  let waitedSeconds = 0;
  let problem: string | null = null;
  let isEncrypted = false;
  let replyParser = openParser();
  let socket: Socket = isImplicitTls
    ? connectTls({ ...tlsOptions, port }).on('data', onData)
    : connectTcp({ host, port, onread: { buffer: Buffer.alloc(READ_BYTES), callback: onRead } });
  socket.setNoDelay(true);
  socket.once('connect', () => startStage(isImplicitTls ? 'tls' : 'greeting'));
  socket.once('secureConnect', () => {
    isEncrypted = true;
    startStage('greeting');
  });
  attach();

  function openParser() {
    return createReplyParser({
      onReply: (reply) => listener.onReply(reply),
      onGarbage: (line) =>
        end(
          `${name} sent “${line}” where ${STAGES[stage].awaited} was awaited: expected three digits and a text (RFC 5321 §4.2).`,
        ),
    });
  }

  function end(why: string) {
    if (problem !== null) return;
    problem = why;
    replyParser.stop();
    socket.destroy();
    listener.onEnd(why);
  }

  function onData(chunk: Buffer) {
    replyParser.feed(chunk);
  }

  /** What a plain connection brings comes in one buffer, over and over. */
  function onRead(length: number, buffer: Uint8Array): boolean {
    onData(Buffer.from(buffer.buffer, buffer.byteOffset, length));
    return true;
  }

  function onError(error: Error) {
    if (stage === 'connect') return end(`${name} cannot be reached: ${error.message}.`);
    if (stage === 'tls') return end(`TLS with ${name} failed: ${error.message}.`);
    end(`The connection to ${name} broke before ${STAGES[stage].awaited} came: ${error.message}.`);
  }

  // Data that came before is read by now; what we still had to say, nobody would hear.
  function onClosed() {
    end(`${name} closed the connection before ${STAGES[stage].awaited} came.`);
  }

  function attach() {
    socket.on('error', onError).on('end', onClosed).on('close', onClosed);
  }

  function detach() {
    socket.off('error', onError).off('end', onClosed).off('close', onClosed);
  }

  function startStage(next: StageName) {
    stage = next;
    waitedSeconds = 0;
  }

  return {
    listen: (to) => {
      listener = to;
    },
    startStage,
    write: (data, onWritten) => {
      if (problem !== null) return;
      if (onWritten === undefined) socket.write(data);
      else
        socket.write(data, (error) => {
          if (!error && problem === null) onWritten();
        });
    },
    startTls: () =>
      new Promise((resolve, reject) => {
        if (problem !== null) return reject(new Error(problem));
        listener = { onReply: () => undefined, onEnd: (why) => reject(new Error(why)) };
        if (!replyParser.isEmpty()) return end(`${name} sent more than its reply to STARTTLS.`);
        startStage('tls');
        replyParser.stop();
        replyParser = openParser();
        detach();
        socket = connectTls({ ...tlsOptions, socket }).on('data', onData);
        attach();
        socket.once('secureConnect', () => {
          isEncrypted = true;
          resolve();
        });
      }),
    tick: () => {
      waitedSeconds += 1;
      return waitedSeconds > STAGES[stage].timeoutSeconds;
    },
    end,
    endTimedOut: () =>
      end(
        `${name}: ${STAGES[stage].awaited} did not come within ${STAGES[stage].timeoutSeconds} s.`,
      ),
    problem: () => problem,
    isEncrypted: () => isEncrypted,
    isLoopback: () => isLoopbackAddress(socket.remoteAddress ?? ''),
  };
}

function isLoopbackAddress(address: string): boolean {
  return /^(?:::ffff:)?127\.|^::1$/.test(address);
}
