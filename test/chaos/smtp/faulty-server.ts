import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { SmtpFaultInjector } from './faults.ts';
import { serveSmtp } from './session.ts';
import type { SmtpTransaction } from './transactions.ts';

/** An SMTP server that records an accepted message at the final dot, before it replies. */
export interface FaultySmtpServer {
  /** Opens a listener. Each worker has its own, so that a fault can choose its worker. */
  openListener(): Promise<{ listenerIndex: number; url: string }>;
  /** Every attempt to send a message, in the order of their RCPT. */
  transactions: readonly SmtpTransaction[];
  /** Accepted messages by recipient, in the order of acceptance. */
  acceptances: ReadonlyMap<string, readonly SmtpTransaction[]>;
  /** When the RCPT of each address arrived, in ms. */
  seenAt: ReadonlyMap<string, readonly number[]>;
  /** Number of accepted messages, on one listener or on all. */
  accepted(listenerIndex?: number): number;
  /** Sets the function that decides on faults; null for none. */
  injectFaults(injector: SmtpFaultInjector | null): void;
  /** Resets every open connection. */
  dropConnections(): void;
  /** Sets the delay before each reply to a message, in ms. */
  setDelay(delayMs: number): void;
  /** Calls `listener` right after each message was recorded. */
  onAccepted(listener: ((listenerIndex: number) => void) | null): void;
  close(): Promise<void>;
}

export function openFaultySmtpServer(): FaultySmtpServer {
  const transactions: SmtpTransaction[] = [];
  const acceptances = new Map<string, SmtpTransaction[]>();
  const seenAt = new Map<string, number[]>();
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const acceptedByListener: number[] = [];
  const current: {
    injector: SmtpFaultInjector | null;
    delayMs: number;
    listener: ((listenerIndex: number) => void) | null;
  } = { injector: null, delayMs: 0, listener: null };

  const begin = (listenerIndex: number, recipient: string): SmtpTransaction => {
    const transaction: SmtpTransaction = {
      ...{ recipient, listenerIndex, at: Date.now() },
      ...{ messageId: null, token: null, hash: null, acceptedAt: null, reply: null, cutAt: null },
    };
    transactions.push(transaction);
    return transaction;
  };
  const accept = (transaction: SmtpTransaction) => {
    const { recipient, listenerIndex } = transaction;
    append(acceptances, recipient, transaction);
    acceptedByListener[listenerIndex] = (acceptedByListener[listenerIndex] ?? 0) + 1;
    current.listener?.(listenerIndex);
  };

  return {
    openListener: async () => {
      const listenerIndex = servers.length;
      const server = createServer((socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
        void serveSmtp(socket, {
          injectFault: (moment) => current.injector?.({ ...moment, listenerIndex }),
          onRecipient: (recipient) => append(seenAt, recipient, Date.now()),
          begin: (recipient) => begin(listenerIndex, recipient),
          onAccepted: accept,
          delayMs: () => current.delayMs,
        });
      });
      servers.push(server);
      acceptedByListener.push(0);
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return {
        listenerIndex,
        url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
      };
    },
    transactions,
    acceptances,
    seenAt,
    accepted: (listenerIndex) =>
      listenerIndex === undefined
        ? acceptedByListener.reduce((sum, each) => sum + each, 0)
        : (acceptedByListener[listenerIndex] ?? 0),
    dropConnections: () => {
      for (const socket of sockets) socket.destroy();
    },
    injectFaults: (injector) => {
      current.injector = injector;
    },
    setDelay: (delayMs) => {
      current.delayMs = delayMs;
    },
    onAccepted: (listener) => {
      current.listener = listener;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      for (const server of servers) {
        server.close();
        await once(server, 'close');
      }
    },
  };
}

function append<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
