import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { SmtpFault, SmtpFaultPoint, SmtpStage } from './faults.ts';
import { createSmtpInput } from './input.ts';
import { createRecipientScanner, type SmtpTransaction } from './transactions.ts';

export interface SessionDeps {
  injectFault(point: Omit<SmtpFaultPoint, 'listenerIndex'>): SmtpFault | null | undefined;
  /** Called when the RCPT of a message has arrived, perhaps long before it is handled. */
  onRecipient(recipient: string): void;
  /** Records a transaction, which the session completes later. */
  begin(recipient: string): SmtpTransaction;
  /** Called right after a message was recorded as accepted. */
  onAccepted(transaction: SmtpTransaction): void;
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
  let current: SmtpTransaction | null = null;
  let lastReply = '';
  const scan = createRecipientScanner(deps.onRecipient);
  socket.on('data', (chunk) => {
    scan(chunk);
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
    if ('drop' in fault) return drop(stage);
    if ('reply' in fault) return refuse(fault.reply);
    if ('wait' in fault) {
      if (current) current.cutAt = stage;
      await fault.wait;
      if (current) current.cutAt = null;
    }
    if ('everyMs' in fault) {
      for (const byte of `${defaultReply}\r`) {
        if (isOver) throw new Closed();
        socket.write(byte);
        await pause(fault.everyMs);
      }
      if (isOver) throw new Closed();
      // Before the last byte: the client has the whole reply as soon as it is written.
      if (current) current.reply = defaultReply;
      socket.write('\n');
      return true;
    }
    writeReply(defaultReply);
    if ('thenDrop' in fault) {
      if (fault.thenDrop === 'now') drop(stage);
      throw new Closed();
    }
    return true;
  };
  const writeReply = (reply: string) => {
    if (isOver) throw new Closed();
    lastReply = reply;
    if (current) current.reply = reply;
    socket.write(`${reply}\r\n`);
    return true;
  };
  const refuse = (reply: string) => {
    writeReply(reply);
    if (reply.startsWith('421')) throw new Closed();
    return false;
  };
  const drop = (stage: SmtpStage): never => {
    if (current) current.cutAt = stage;
    socket.resetAndDestroy();
    throw new Closed();
  };

  /** Reads the body to the final dot. Returns its first characters, which hold the header. */
  const readBody = async (recipient: string) => {
    const hash = createHash('sha256');
    let head = '';
    let isBegun = false;
    for (;;) {
      const { bytes, isComplete } = input.takeBody();
      hash.update(bytes);
      if (head.length < HEAD_CHARS) head += bytes.toString('latin1').slice(0, HEAD_CHARS);
      if (!isBegun && bytes.length > 0) {
        isBegun = true;
        const fault = deps.injectFault({ stage: 'body', recipient });
        if (fault && 'drop' in fault) drop('body');
        if (fault && 'wait' in fault) await fault.wait;
      }
      if (isComplete) return { head, hash: hash.digest('hex') };
      await waitForData();
    }
  };

  const takeMessage = async (transaction: SmtpTransaction) => {
    const { recipient } = transaction;
    if (!(await replyOrFault('DATA', recipient, '354 Go on'))) return;
    const { head, hash } = await readBody(recipient);
    transaction.hash = hash;
    transaction.messageId = /^Message-ID:\s*(\S+)/im.exec(head)?.[1] ?? '';
    transaction.token = /\/unsubscribe\/([\w.-]+)/.exec(head)?.[1] ?? null;
    const fault = deps.injectFault({ stage: 'dot', recipient });
    if (fault && 'drop' in fault) drop('dot');
    if (fault && 'reply' in fault) {
      refuse(fault.reply);
      return;
    }
    transaction.acceptedAt = Date.now();
    deps.onAccepted(transaction);
    const delayMs = deps.delayMs();
    if (delayMs > 0) await pause(delayMs);
    await replyOrFault('accepted', recipient, '250 2.0.0 Accepted');
    deps.injectFault({ stage: 'replied', recipient });
  };

  /** The reply of a refused MAIL is about the recipient that follows it. */
  const takeRecipient = async (address: string, senderRefusal: string | null) => {
    const transaction = deps.begin(address);
    if (senderRefusal !== null) {
      writeReply('503 5.5.1 MAIL first');
      transaction.reply = senderRefusal;
      return null;
    }
    current = transaction;
    const isTaken = await replyOrFault('RCPT', address, '250 2.1.5 Yes');
    if (!isTaken) current = null;
    return isTaken ? transaction : null;
  };

  const run = async () => {
    let senderRefusal: string | null = '503 5.5.1 MAIL first';
    let transaction: SmtpTransaction | null = null;
    if (!(await replyOrFault('greeting', null, GREETING))) return;
    for (;;) {
      const line = await readLine();
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === 'EHLO' || verb === 'HELO') await replyOrFault('EHLO', null, EHLO);
      else if (verb === 'MAIL') {
        senderRefusal = (await replyOrFault('MAIL', null, '250 2.1.0 Yes')) ? null : lastReply;
        transaction = null;
      } else if (verb === 'RCPT') {
        const address = /<([^>]*)>/.exec(line)?.[1] ?? '';
        transaction = await takeRecipient(address, senderRefusal);
      } else if (verb === 'DATA') {
        if (transaction === null) writeReply('503 5.5.1 RCPT first');
        else await takeMessage(transaction);
        senderRefusal = '503 5.5.1 MAIL first';
        transaction = null;
        current = null;
      } else if (verb === 'RSET' || verb === 'NOOP') {
        senderRefusal = '503 5.5.1 MAIL first';
        transaction = null;
        current = null;
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
