import type { AddressInfo, Socket } from 'node:net';
import {
  SMTPServer,
  type SMTPServerDataStream,
  type SMTPServerOptions,
  type SMTPServerSession,
} from 'smtp-server';

/** What the server does with a message: accept it, refuse it, or drop the connection. */
export type SmtpBehaviour =
  | 'accept'
  | { at: 'mail' | 'rcpt' | 'data'; reply: string }
  | { drop: 'at mail' | 'at rcpt' | 'in data' | 'after the dot' };

/** A message whose final dot was received, accepted or not. */
export interface ReceivedMessage {
  from: string;
  to: string;
  raw: Buffer;
}

export interface TestSmtpServer {
  url: string;
  port: number;
  /** Messages answered with 250, in order. */
  accepted: ReceivedMessage[];
  /** Messages received completely, whatever the answer. */
  received: ReceivedMessage[];
  /** Number of MAIL commands. */
  mailCommands: number;
  /** Highest number of messages between MAIL and reply at the same time. */
  maxConcurrent: number;
  connections: number;
  /** Sets the function that decides on the next messages, by the recipient if known. */
  respondWith(decide: (to: string) => SmtpBehaviour): void;
  /** Sets a function to wait for before the answer to a complete message. */
  beforeReply(wait: (message: ReceivedMessage) => Promise<void>): void;
  close(): Promise<void>;
}

/** Opens a real SMTP server that tests control. `to` is empty at MAIL, before the recipient. */
export async function openTestSmtpServer(options: SMTPServerOptions = {}): Promise<TestSmtpServer> {
  const sockets = new Map<number | undefined, Socket>();
  const drop = (session: SMTPServerSession) => sockets.get(session.remotePort)?.destroy();
  let decide: (to: string) => SmtpBehaviour = () => 'accept';
  let wait: (message: ReceivedMessage) => Promise<void> = async () => undefined;
  let concurrent = 0;
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 10,
    logger: false,
    onMailFrom(_address, session, callback) {
      sink.mailCommands += 1;
      const behaviour = decide('');
      if (repliesAtStage(behaviour, 'mail')) return callback(refusal(behaviour.reply));
      if (dropsAtStage(behaviour, 'at mail')) return drop(session);
      callback();
    },
    onRcptTo({ address }, session, callback) {
      const behaviour = decide(address);
      if (repliesAtStage(behaviour, 'rcpt')) return callback(refusal(behaviour.reply));
      if (dropsAtStage(behaviour, 'at rcpt')) return drop(session);
      callback();
    },
    onData(stream, session, callback) {
      concurrent += 1;
      sink.maxConcurrent = Math.max(sink.maxConcurrent, concurrent);
      const to = session.envelope.rcptTo[0]?.address ?? '';
      const behaviour = decide(to);
      if (dropsAtStage(behaviour, 'in data')) {
        concurrent -= 1;
        stream.once('data', () => drop(session));
        return;
      }
      const receive = async () => {
        const from = session.envelope.mailFrom ? session.envelope.mailFrom.address : '';
        const message = { from, to, raw: await readAll(stream) };
        sink.received.push(message);
        await wait(message);
        if (dropsAtStage(behaviour, 'after the dot')) return drop(session);
        if (repliesAtStage(behaviour, 'data')) return callback(refusal(behaviour.reply));
        sink.accepted.push(message);
        callback(null, '2.0.0 Taken');
      };
      void receive()
        .catch(callback)
        .finally(() => {
          concurrent -= 1;
        });
    },
    ...options,
  });
  server.on('error', () => undefined);
  server.server.on('connection', (socket: Socket) => {
    sink.connections += 1;
    const { remotePort } = socket;
    sockets.set(remotePort, socket);
    socket.once('close', () => sockets.delete(remotePort));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.server.address() as AddressInfo;
  const sink: TestSmtpServer = {
    url: `smtp://127.0.0.1:${port}`,
    port,
    accepted: [],
    received: [],
    mailCommands: 0,
    maxConcurrent: 0,
    connections: 0,
    respondWith: (decideNext) => {
      decide = decideNext;
    },
    beforeReply: (waitNext) => {
      wait = waitNext;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return sink;
}

async function readAll(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function repliesAtStage(
  behaviour: SmtpBehaviour,
  stage: 'mail' | 'rcpt' | 'data',
): behaviour is { at: typeof stage; reply: string } {
  return typeof behaviour === 'object' && 'at' in behaviour && behaviour.at === stage;
}

function dropsAtStage(behaviour: SmtpBehaviour, stage: string): boolean {
  return typeof behaviour === 'object' && 'drop' in behaviour && behaviour.drop === stage;
}

function refusal(reply: string): Error {
  return Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) });
}
