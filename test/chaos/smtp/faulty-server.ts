import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { SmtpFaultInjector } from './faults.ts';
import { type Acceptance, serveSmtp } from './session.ts';

/** An SMTP server that notes what it accepts at the final dot, before it answers. */
export interface FaultySmtpServer {
  /** A listener of its own for each worker, so that a fault knows whom it hits. */
  openListener(): Promise<{ door: number; url: string }>;
  /** By recipient, in their order. */
  acceptances: ReadonlyMap<string, readonly Acceptance[]>;
  /** How many messages were accepted, on one door or on all. */
  accepted(listenerIndex?: number): number;
  /** Who decides on faults; null for none. */
  injectFaults(judge: SmtpFaultInjector | null): void;
  /** Breaks every connection that is open. */
  dropConnections(): void;
  /** How long each message waits for its answer, in ms. */
  setDelay(delayMs: number): void;
  /** Calls back at each acceptance, right after it is noted. */
  onAccepted(listener: ((listenerIndex: number) => void) | null): void;
  close(): Promise<void>;
}

export function openFaultySmtpServer(): FaultySmtpServer {
  const acceptances = new Map<string, Acceptance[]>();
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const acceptedByListener: number[] = [];
  const now: {
    judge: SmtpFaultInjector | null;
    delayMs: number;
    listener: ((listenerIndex: number) => void) | null;
  } = { judge: null, delayMs: 0, listener: null };

  const accept = (listenerIndex: number, recipient: string, acceptance: Acceptance) => {
    const before = acceptances.get(recipient);
    if (before) before.push(acceptance);
    else acceptances.set(recipient, [acceptance]);
    acceptedByListener[listenerIndex] = (acceptedByListener[listenerIndex] ?? 0) + 1;
    now.listener?.(listenerIndex);
  };

  return {
    openListener: async () => {
      const listenerIndex = servers.length;
      const server = createServer((socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
        void serveSmtp(socket, {
          injectFault: (moment) => now.judge?.({ ...moment, listenerIndex }),
          accept: (recipient, acceptance) => accept(listenerIndex, recipient, acceptance),
          delayMs: () => now.delayMs,
        });
      });
      servers.push(server);
      acceptedByListener.push(0);
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return {
        door: listenerIndex,
        url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
      };
    },
    acceptances,
    accepted: (listenerIndex) =>
      listenerIndex === undefined
        ? acceptedByListener.reduce((sum, each) => sum + each, 0)
        : (acceptedByListener[listenerIndex] ?? 0),
    dropConnections: () => {
      for (const socket of sockets) socket.destroy();
    },
    injectFaults: (judge) => {
      now.judge = judge;
    },
    setDelay: (delayMs) => {
      now.delayMs = delayMs;
    },
    onAccepted: (listener) => {
      now.listener = listener;
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
