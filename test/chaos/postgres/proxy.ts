import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createMessageParser, type PgMessage } from './messages.ts';
import { createQueryCycleTracker, type QueryCycle } from './query-cycles.ts';
import type { StatementName } from './statements.ts';

/** A point at which named statements are committed. */
export interface CommitFaultPoint {
  /** Before the server gets the commit, or after it, before the client gets the answer. */
  when: 'before' | 'after';
  statements: ReadonlySet<StatementName>;
}

/** `drop` closes the connection, so that the commit or its answer is lost. What waits is forwarded
 *  when the promise resolves. */
export type CommitFault = 'drop' | { stallMs: number } | { wait: Promise<unknown> };
export type CommitFaultInjector = (point: CommitFaultPoint) => CommitFault | null | undefined;

/** A proxy between one worker and PostgreSQL. */
export interface PostgresProxy {
  /** URL of the database through the proxy. */
  url: string;
  injectFaults(injectFault: CommitFaultInjector | null): void;
  /**
   * Stops or resumes forwarding, without closing a connection: a firewall that drops packets. What
   * was written in the meantime arrives afterwards, even if its connection was given up.
   */
  setBlackholed(isBlackholed: boolean): void;
  /** Cuts all connections; new ones go to the server of another URL. */
  redirectTo(databaseUrl: string): void;
  close(): Promise<void>;
}

/** Types of messages that must not wait for a sync: copied data, the password, the end. */
const UNBUFFERED_TYPES = new Set(['', 'd', 'c', 'f', 'p', 'X']);

export async function openPostgresProxy(databaseUrl: string): Promise<PostgresProxy> {
  const target = new URL(databaseUrl);
  let upstream = { host: target.hostname, port: Number(target.port) };
  const sockets = new Set<Socket>();
  let injectFault: CommitFaultInjector | null = null;
  let gate = createGate();
  gate.open();

  const server = createServer((client) => {
    const database = connect(upstream);
    const destroy = () => {
      client.destroy();
      database.destroy();
    };
    for (const socket of [client, database]) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    relay(
      { client, database, destroy },
      (point) => injectFault?.(point),
      () => gate.whenOpen,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  target.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: target.href,
    injectFaults: (next) => {
      injectFault = next;
    },
    setBlackholed: (isBlackholed) => {
      gate.open();
      if (isBlackholed) gate = createGate();
    },
    redirectTo: (url) => {
      const { hostname, port } = new URL(url);
      upstream = { host: hostname, port: Number(port) };
      for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      server.close();
      gate.open();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

function createGate(): { whenOpen: Promise<void>; open: () => void } {
  let open = () => {};
  const whenOpen = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { whenOpen, open };
}

function relay(
  { client, database, destroy }: { client: Socket; database: Socket; destroy: () => void },
  injectFault: CommitFaultInjector,
  whenOpen: () => Promise<void>,
): void {
  const tracker = createQueryCycleTracker();
  const request: PgMessage[] = [];

  const forwardRequest = async (message: PgMessage) => {
    request.push(message);
    const cycle = tracker.trackRequest(message);
    if (cycle === null && message.type !== 'H' && !UNBUFFERED_TYPES.has(message.type)) return;
    if (cycle) await applyFault(injectFault, 'before', cycle);
    await whenOpen();
    for (const { bytes } of request.splice(0)) database.write(bytes);
  };
  const forwardResponse = async (message: PgMessage) => {
    const cycle = tracker.trackResponse(message);
    if (cycle) await applyFault(injectFault, 'after', cycle);
    await whenOpen();
    client.write(message.bytes);
  };
  forward(client, createMessageParser({ firstMessage: 'untyped' }), forwardRequest, {
    onClosed: () => database.end(),
    onDropped: destroy,
  });
  forward(database, createMessageParser({ firstMessage: 'typed' }), forwardResponse, {
    onClosed: () => client.end(),
    onDropped: destroy,
  });
}

/** Forwards the messages in order, and the end of the connection after them: one that waits delays
 *  those behind it. A statement that waits is delivered even if the client has given it up. */
function forward(
  socket: Socket,
  parse: (chunk: Buffer) => PgMessage[],
  handle: (message: PgMessage) => Promise<void>,
  { onClosed, onDropped }: { onClosed: () => void; onDropped: () => void },
): void {
  let last = Promise.resolve();
  socket.on('data', (chunk) => {
    for (const message of parse(chunk)) last = last.then(() => handle(message));
    last.catch(onDropped);
  });
  socket.on('close', () => {
    last.then(onClosed, onDropped);
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
  if (fault) await ('wait' in fault ? fault.wait : pause(fault.stallMs));
}
