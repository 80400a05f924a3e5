import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createExchanges, type Exchange } from './exchanges.ts';
import { createFrames, type Frame } from './frames.ts';
import type { StatementName } from './statements.ts';

/** A moment at which named statements become lasting. */
export interface CommitMoment {
  /** Before the server is asked, or after it did it and before its answer is passed on. */
  when: 'before' | 'after';
  statements: ReadonlySet<StatementName>;
}

/** `drop` closes the connection, so that the question or the answer is lost. */
export type CommitFault = 'drop' | { stallMs: number };
export type CommitJudge = (moment: CommitMoment) => CommitFault | null | undefined;

/** Stands between one worker and PostgreSQL. */
export interface PostgresProxy {
  /** The database's address, by way of the proxy. */
  url: string;
  judgeBy(judge: CommitJudge | null): void;
  close(): Promise<void>;
}

/** Types of messages that belong to no question: copied data, and a flush or an end that must not wait. */
const AT_ONCE = new Set(['', 'd', 'c', 'f', 'p', 'X']);

export async function openProxy(databaseUrl: string): Promise<PostgresProxy> {
  const target = new URL(databaseUrl);
  const upstream = { host: target.hostname, port: Number(target.port) };
  const sockets = new Set<Socket>();
  let judge: CommitJudge | null = null;

  const server = createServer((client) => {
    const database = connect(upstream);
    const close = () => {
      client.destroy();
      database.destroy();
    };
    for (const socket of [client, database]) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        close();
      });
    }
    relay(client, database, (moment) => judge?.(moment), close);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  target.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: target.href,
    judgeBy: (next) => {
      judge = next;
    },
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

function relay(client: Socket, database: Socket, judge: CommitJudge, close: () => void): void {
  const exchanges = createExchanges();
  const question: Frame[] = [];

  const ask = async (frame: Frame) => {
    question.push(frame);
    const exchange = exchanges.asked(frame);
    if (exchange === null && frame.type !== 'H' && !AT_ONCE.has(frame.type)) return;
    if (exchange) await pass(judge, 'before', exchange);
    for (const { bytes } of question.splice(0)) database.write(bytes);
  };
  const answer = async (frame: Frame) => {
    const exchange = exchanges.answered(frame);
    if (exchange) await pass(judge, 'after', exchange);
    client.write(frame.bytes);
  };
  forward(client, createFrames({ begins: 'untyped' }), ask, close);
  forward(database, createFrames({ begins: 'typed' }), answer, close);
}

/** Takes the messages one after the other: one that is held holds those behind it. */
function forward(
  socket: Socket,
  cut: (chunk: Buffer) => Frame[],
  take: (frame: Frame) => Promise<void>,
  close: () => void,
): void {
  let last = Promise.resolve();
  socket.on('data', (chunk) => {
    for (const frame of cut(chunk)) last = last.then(() => take(frame));
    last.catch(close);
  });
}

async function pass(
  judge: CommitJudge,
  when: CommitMoment['when'],
  { commits }: Exchange,
): Promise<void> {
  if (commits.size === 0) return;
  const fault = judge({ when, statements: commits });
  if (fault === 'drop') throw new Error('The connection is dropped.');
  if (fault) await pause(fault.stallMs);
}
