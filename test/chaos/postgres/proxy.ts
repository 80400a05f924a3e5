import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createMessageParser, type PgMessage } from './messages.ts';
import { createQueryCycleTracker, type QueryCycle } from './query-cycles.ts';
import type { StatementName } from './statements.ts';

/** A moment at which named statements become lasting. */
export interface CommitFaultPoint {
  /** Before the server is asked, or after it did it and before its answer is passed on. */
  when: 'before' | 'after';
  statements: ReadonlySet<StatementName>;
}

/** `drop` closes the connection, so that the question or the answer is lost. */
export type CommitFault = 'drop' | { stallMs: number };
export type CommitFaultInjector = (moment: CommitFaultPoint) => CommitFault | null | undefined;

/** Stands between one worker and PostgreSQL. */
export interface PostgresProxy {
  /** The database's address, by way of the proxy. */
  url: string;
  injectFaults(injectFault: CommitFaultInjector | null): void;
  close(): Promise<void>;
}

/** Types of messages that belong to no question: copied data, and a flush or an end that must not wait. */
const UNBUFFERED_TYPES = new Set(['', 'd', 'c', 'f', 'p', 'X']);

export async function openPostgresProxy(databaseUrl: string): Promise<PostgresProxy> {
  const target = new URL(databaseUrl);
  const upstream = { host: target.hostname, port: Number(target.port) };
  const sockets = new Set<Socket>();
  let injectFault: CommitFaultInjector | null = null;

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
    relay(client, database, (moment) => injectFault?.(moment), close);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  target.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: target.href,
    injectFaults: (next) => {
      injectFault = next;
    },
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

function relay(
  client: Socket,
  database: Socket,
  injectFault: CommitFaultInjector,
  close: () => void,
): void {
  const exchanges = createQueryCycleTracker();
  const request: PgMessage[] = [];

  const forwardRequest = async (frame: PgMessage) => {
    request.push(frame);
    const exchange = exchanges.asked(frame);
    if (exchange === null && frame.type !== 'H' && !UNBUFFERED_TYPES.has(frame.type)) return;
    if (exchange) await applyFault(injectFault, 'before', exchange);
    for (const { bytes } of request.splice(0)) database.write(bytes);
  };
  const forwardResponse = async (frame: PgMessage) => {
    const exchange = exchanges.answered(frame);
    if (exchange) await applyFault(injectFault, 'after', exchange);
    client.write(frame.bytes);
  };
  forward(client, createMessageParser({ begins: 'untyped' }), forwardRequest, close);
  forward(database, createMessageParser({ begins: 'typed' }), forwardResponse, close);
}

/** Takes the messages one after the other: one that is held holds those behind it. */
function forward(
  socket: Socket,
  cut: (chunk: Buffer) => PgMessage[],
  take: (frame: PgMessage) => Promise<void>,
  close: () => void,
): void {
  let last = Promise.resolve();
  socket.on('data', (chunk) => {
    for (const frame of cut(chunk)) last = last.then(() => take(frame));
    last.catch(close);
  });
}

async function applyFault(
  injectFault: CommitFaultInjector,
  when: CommitFaultPoint['when'],
  { commits }: QueryCycle,
): Promise<void> {
  if (commits.size === 0) return;
  const fault = injectFault({ when, statements: commits });
  if (fault === 'drop') throw new Error('The connection is dropped.');
  if (fault) await pause(fault.stallMs);
}
