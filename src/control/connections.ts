import type { Server, Socket } from 'node:net';

/** The connections of a server, which wait until something accepts them. */
export interface Connections {
  onConnection(accept: (socket: Socket) => void): () => void;
  /** Stops listening at once and drops all connections. May be called again. */
  close(): Promise<void>;
}

/** Keeps each connection to `server` waiting until `onConnection`; drops one that its caller
 *  closes. */
export function collectConnections(server: Server): Connections {
  const open = new Set<Socket>();
  const waiting = new Set<Socket>();
  const wait = (socket: Socket): void => {
    waiting.add(socket);
  };
  let accept = wait;

  // A connection that cannot be accepted fails for its caller; it must not end this process.
  server.on('error', () => undefined);
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    // A caller may disappear at any moment: 'close' follows. An unhandled error would end this
    // process.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      open.delete(socket);
      waiting.delete(socket);
    });
    accept(socket);
  });

  let closed: Promise<void> | undefined;
  return {
    onConnection(next) {
      accept = next;
      const early = [...waiting];
      waiting.clear();
      for (const socket of early) next(socket);
      return () => {
        accept = wait;
      };
    },
    close() {
      closed ??= new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      });
      return closed;
    },
  };
}
