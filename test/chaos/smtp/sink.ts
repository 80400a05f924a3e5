import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { SmtpJudge } from './faults.ts';
import { type Acceptance, serveSmtp } from './session.ts';

/** An SMTP server that notes what it accepts at the final dot, before it answers. */
export interface Sink {
  /** A listener of its own for each worker, so that a fault knows whom it hits. */
  openDoor(): Promise<{ door: number; url: string }>;
  /** By recipient, in their order. */
  acceptances: ReadonlyMap<string, readonly Acceptance[]>;
  /** How many messages were accepted, on one door or on all. */
  accepted(door?: number): number;
  /** Who decides on faults; null for none. */
  judgeBy(judge: SmtpJudge | null): void;
  /** Breaks every connection that is open. */
  hangUp(): void;
  /** How long each message waits for its answer, in ms. */
  setDelay(delayMs: number): void;
  /** Calls back at each acceptance, right after it is noted. */
  onAccepted(listener: ((door: number) => void) | null): void;
  close(): Promise<void>;
}

export function openSink(): Sink {
  const acceptances = new Map<string, Acceptance[]>();
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const perDoor: number[] = [];
  const now: {
    judge: SmtpJudge | null;
    delayMs: number;
    listener: ((door: number) => void) | null;
  } = { judge: null, delayMs: 0, listener: null };

  const accept = (door: number, recipient: string, acceptance: Acceptance) => {
    const before = acceptances.get(recipient);
    if (before) before.push(acceptance);
    else acceptances.set(recipient, [acceptance]);
    perDoor[door] = (perDoor[door] ?? 0) + 1;
    now.listener?.(door);
  };

  return {
    openDoor: async () => {
      const door = servers.length;
      const server = createServer((socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
        void serveSmtp(socket, {
          judge: (moment) => now.judge?.({ ...moment, door }),
          accept: (recipient, acceptance) => accept(door, recipient, acceptance),
          delayMs: () => now.delayMs,
        });
      });
      servers.push(server);
      perDoor.push(0);
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return { door, url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}` };
    },
    acceptances,
    accepted: (door) =>
      door === undefined ? perDoor.reduce((sum, each) => sum + each, 0) : (perDoor[door] ?? 0),
    hangUp: () => {
      for (const socket of sockets) socket.destroy();
    },
    judgeBy: (judge) => {
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
