import type { AddressInfo, Socket } from 'node:net';
import {
  SMTPServer,
  type SMTPServerDataStream,
  type SMTPServerOptions,
  type SMTPServerSession,
} from 'smtp-server';

/** What the sink does with a message: takes it, answers at a stage, or breaks the connection. */
export type Behaviour =
  | 'accept'
  | { at: 'mail' | 'rcpt' | 'data'; reply: string }
  | { drop: 'at mail' | 'at rcpt' | 'in data' | 'after the dot' };

/** A message whose final dot came in, taken or not. */
export interface Received {
  from: string;
  to: string;
  raw: Buffer;
}

export interface Sink {
  url: string;
  port: number;
  /** What was acknowledged with 250, in order. */
  accepted: Received[];
  /** What came in whole, whatever was answered. */
  received: Received[];
  /** Every MAIL command. */
  tries: number;
  /** Highest number of messages between MAIL and reply at the same time. */
  mostAtOnce: number;
  connections: number;
  /** Decides for the next messages; by the reader's address where that is known. */
  behave(decide: (to: string) => Behaviour): void;
  /** Called when a message is in whole, before it is answered. */
  beforeReply(wait: (message: Received) => Promise<void>): void;
  close(): Promise<void>;
}

/** A real SMTP server that does as told. At MAIL the reader is not known: `to` is empty there. */
export async function openSink(options: SMTPServerOptions = {}): Promise<Sink> {
  const sockets = new Map<number | undefined, Socket>();
  const drop = (session: SMTPServerSession) => sockets.get(session.remotePort)?.destroy();
  let decide: (to: string) => Behaviour = () => 'accept';
  let wait: (message: Received) => Promise<void> = async () => undefined;
  let atOnce = 0;
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 10,
    logger: false,
    onMailFrom(_address, session, callback) {
      sink.tries += 1;
      const behaviour = decide('');
      if (isAt(behaviour, 'mail')) return callback(refusal(behaviour.reply));
      if (isDrop(behaviour, 'at mail')) return drop(session);
      callback();
    },
    onRcptTo({ address }, session, callback) {
      const behaviour = decide(address);
      if (isAt(behaviour, 'rcpt')) return callback(refusal(behaviour.reply));
      if (isDrop(behaviour, 'at rcpt')) return drop(session);
      callback();
    },
    onData(stream, session, callback) {
      atOnce += 1;
      sink.mostAtOnce = Math.max(sink.mostAtOnce, atOnce);
      const to = session.envelope.rcptTo[0]?.address ?? '';
      const behaviour = decide(to);
      if (isDrop(behaviour, 'in data')) {
        atOnce -= 1;
        stream.once('data', () => drop(session));
        return;
      }
      const take = async () => {
        const from = session.envelope.mailFrom ? session.envelope.mailFrom.address : '';
        const message = { from, to, raw: await readAll(stream) };
        sink.received.push(message);
        await wait(message);
        if (isDrop(behaviour, 'after the dot')) return drop(session);
        if (isAt(behaviour, 'data')) return callback(refusal(behaviour.reply));
        sink.accepted.push(message);
        callback(null, '2.0.0 Taken');
      };
      void take()
        .catch(callback)
        .finally(() => {
          atOnce -= 1;
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
  const sink: Sink = {
    url: `smtp://127.0.0.1:${port}`,
    port,
    accepted: [],
    received: [],
    tries: 0,
    mostAtOnce: 0,
    connections: 0,
    behave: (how) => {
      decide = how;
    },
    beforeReply: (how) => {
      wait = how;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return sink;
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const sink = await openSink();
  await sink.close();
  return sink.port;
}

async function readAll(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function isAt(
  behaviour: Behaviour,
  stage: 'mail' | 'rcpt' | 'data',
): behaviour is { at: typeof stage; reply: string } {
  return typeof behaviour === 'object' && 'at' in behaviour && behaviour.at === stage;
}

function isDrop(behaviour: Behaviour, stage: string): boolean {
  return typeof behaviour === 'object' && 'drop' in behaviour && behaviour.drop === stage;
}

function refusal(reply: string): Error {
  return Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) });
}
