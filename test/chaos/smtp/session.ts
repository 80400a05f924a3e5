import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { SmtpFault, SmtpFaultPoint, SmtpStage } from './faults.ts';
import { createSmtpInput } from './input.ts';

/** A message that the server accepted. */
export interface Acceptance {
  messageId: string;
  /** The token of its unsubscribe link, if it has one. */
  token: string | null;
  at: number;
}

export interface SessionDeps {
  injectFault(point: Omit<SmtpFaultPoint, 'listenerIndex'>): SmtpFault | null | undefined;
  accept(recipient: string, acceptance: Acceptance): void;
  delayMs(): number;
}

const GREETING = '220 sink.example ESMTP';
const EHLO =
  '250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SIZE 33554432\r\n250 ENHANCEDSTATUSCODES';

/** Serves one connection (RFC 5321, RFC 2920) until it ends. Never rejects. */
export async function serveSmtp(socket: Socket, deps: SessionDeps): Promise<void> {
  const session = createSession(socket, deps);
  // A killed worker breaks its connections.
  await session.run().catch(() => undefined);
  // The last reply must arrive: closing at once could discard it (RFC 1122 §4.2.2.13).
  socket.end();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

const LINGER_MS = 1000;

/** Thrown when the client or a fault ended the connection. */
class Closed extends Error {}

function createSession(socket: Socket, deps: SessionDeps) {
  const input = createSmtpInput();
  let wake = () => {};
  let isOver = false;
  socket.on('data', (chunk) => {
    input.push(chunk);
    wake();
  });
  for (const event of ['end', 'error', 'close'] as const) {
    socket.on(event, () => {
      isOver = true;
      wake();
    });
  }
  const waitForData = async () => {
    if (isOver) throw new Closed();
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  };
  const readLine = async () => {
    for (;;) {
      const line = input.takeLine();
      if (line !== null) return line;
      await waitForData();
    }
  };

  /** Sends the default reply or applies a fault. Returns whether it sent the default reply. */
  const replyOrFault = async (stage: SmtpStage, recipient: string | null, defaultReply: string) => {
    const fault = deps.injectFault({ stage, recipient });
    if (!fault) return writeReply(defaultReply);
    if ('drop' in fault) return drop();
    if ('reply' in fault) {
      writeReply(fault.reply);
      if (fault.reply.startsWith('421')) throw new Closed();
      return false;
    }
    if ('wait' in fault) await fault.wait;
    if ('everyMs' in fault) {
      for (const byte of `${defaultReply}\r\n`) {
        if (isOver) throw new Closed();
        socket.write(byte);
        await pause(fault.everyMs);
      }
      return true;
    }
    writeReply(defaultReply);
    if ('thenDrop' in fault) {
      if (fault.thenDrop === 'now') drop();
      throw new Closed();
    }
    return true;
  };
  const writeReply = (reply: string) => {
    if (isOver) throw new Closed();
    socket.write(`${reply}\r\n`);
    return true;
  };
  const drop = (): never => {
    socket.resetAndDestroy();
    throw new Closed();
  };

  /** Reads the body to the final dot and returns its first characters, which hold the header. */
  const readBody = async (recipient: string) => {
    let head = '';
    let isBegun = false;
    for (;;) {
      const { bytes, isComplete } = input.takeBody();
      if (head.length < HEAD_CHARS) head += bytes.toString('latin1').slice(0, HEAD_CHARS);
      if (!isBegun && bytes.length > 0) {
        isBegun = true;
        const fault = deps.injectFault({ stage: 'body', recipient });
        if (fault && 'drop' in fault) drop();
        if (fault && 'wait' in fault) await fault.wait;
      }
      if (isComplete) return head;
      await waitForData();
    }
  };

  const takeMessage = async (recipient: string) => {
    if (!(await replyOrFault('DATA', recipient, '354 Go on'))) return;
    const head = await readBody(recipient);
    const fault = deps.injectFault({ stage: 'dot', recipient });
    if (fault && 'drop' in fault) drop();
    if (fault && 'reply' in fault) {
      writeReply(fault.reply);
      if (fault.reply.startsWith('421')) throw new Closed();
      return;
    }
    deps.accept(recipient, {
      messageId: /^Message-ID:\s*(\S+)/im.exec(head)?.[1] ?? '',
      token: /\/unsubscribe\/([\w.-]+)/.exec(head)?.[1] ?? null,
      at: Date.now(),
    });
    const delayMs = deps.delayMs();
    if (delayMs > 0) await pause(delayMs);
    await replyOrFault('accepted', recipient, '250 2.0.0 Accepted');
    deps.injectFault({ stage: 'replied', recipient });
  };

  const run = async () => {
    let hasSender = false;
    let recipient: string | null = null;
    if (!(await replyOrFault('greeting', null, GREETING))) return;
    for (;;) {
      const line = await readLine();
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === 'EHLO' || verb === 'HELO') await replyOrFault('EHLO', null, EHLO);
      else if (verb === 'MAIL') {
        hasSender = await replyOrFault('MAIL', null, '250 2.1.0 Yes');
        recipient = null;
      } else if (verb === 'RCPT') {
        const address = /<([^>]*)>/.exec(line)?.[1] ?? '';
        if (!hasSender) writeReply('503 5.5.1 MAIL first');
        else if (await replyOrFault('RCPT', address, '250 2.1.5 Yes')) recipient = address;
      } else if (verb === 'DATA') {
        if (recipient === null) writeReply('503 5.5.1 RCPT first');
        else await takeMessage(recipient);
        hasSender = false;
        recipient = null;
      } else if (verb === 'RSET' || verb === 'NOOP') {
        hasSender = false;
        recipient = null;
        writeReply('250 2.0.0 Yes');
      } else if (verb === 'QUIT') {
        socket.end('221 2.0.0 Bye\r\n');
        return;
      } else writeReply('500 5.5.2 No');
    }
  };
  return { run };
}

const HEAD_CHARS = 8192;
