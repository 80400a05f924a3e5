import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { RelayEndpoint } from '../domain/smtp/relay-url.ts';
import { createReplyParser, type RawSmtpReply } from './reply-parser.ts';
import { STAGES, type StageName } from './stages.ts';

/** Receives what comes over a connection. */
export interface ConnectionListener {
  onReply(reply: RawSmtpReply): void;
  /** The connection has ended. Called once; nothing follows. */
  onEnd(problem: string): void;
}

/** A socket with the replies of SMTP and a timeout for each stage. */
export interface SmtpConnection {
  listen(listener: ConnectionListener): void;
  /** From now on `stage` is awaited; its timeout begins. */
  startStage(stage: StageName): void;
  /** `onWritten` is called once the system has taken the bytes; never if it did not. */
  write(data: string | Buffer, onWritten?: () => void): void;
  /** Resolves when all further bytes are encrypted and the relay's certificate is verified.
   *  Discards what was read before. @throws Error when unencrypted bytes followed the reply
   *  (injection). */
  startTls(): Promise<void>;
  /** To be called once a second. Returns whether the stage has timed out. */
  tick(): boolean;
  /** Closes the connection, unless it is closed. */
  end(problem: string): void;
  /** Closes the connection because its stage has timed out. */
  endTimedOut(): void;
  /** Why the connection has ended; null while it has not. */
  problem(): string | null;
  isEncrypted(): boolean;
  /** Whether the relay is on this machine. */
  isLoopback(): boolean;
}

/** Replies are short. A longer one takes several reads. */
const READ_BYTES = 4096;

/** Opens a connection. The first reply is the greeting. `ca`: certificates to trust instead of
 *  those of the system (PEM). */
export function openSmtpConnection(
  endpoint: RelayEndpoint,
  ca: string | undefined,
): SmtpConnection {
  const { name, host, port, isImplicitTls } = endpoint;
  // SNI allows no IP address (RFC 6066 §3). The certificate is verified for it nevertheless.
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
      onMalformed: (line) =>
        end(
          `${name} sent “${line}” instead of ${STAGES[stage].awaited}: expected three digits and a text (RFC 5321 §4.2).`,
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

  /** A plain connection reads into one buffer, again and again, so the bytes must be copied. */
  function onRead(length: number, buffer: Uint8Array): boolean {
    onData(Buffer.from(buffer.buffer, buffer.byteOffset, length));
    return true;
  }

  function onError(error: Error) {
    if (stage === 'connect') return end(`${name} cannot be reached: ${error.message}.`);
    if (stage === 'tls') return end(`TLS with ${name} failed: ${error.message}.`);
    end(`The connection to ${name} broke before ${STAGES[stage].awaited} came: ${error.message}.`);
  }

  // Data that came before has been read by now, and nothing we write would be received.
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
