import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * Opens a proxy in front of a server. Once a client sends the text given to `silenceAfter`, its
 * connection becomes half-open: the proxy forwards nothing more. The empty text matches everything.
 */
export async function openHalfOpenProxy(serverUrl: string) {
  const target = new URL(serverUrl);
  let upstream = { host: target.hostname, port: Number(target.port) };
  const sockets = new Set<Socket>();
  const silences = new Set<() => void>();
  let silentAfter: string | null = null;
  const server = createServer((client) => {
    const upstreamSocket = connect(upstream);
    let isSilent = false;
    for (const socket of [client, upstreamSocket]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    const silence = () => {
      isSilent = true;
    };
    silences.add(silence);
    client.on('close', () => {
      silences.delete(silence);
      upstreamSocket.destroy();
    });
    client.on('data', (chunk) => {
      isSilent ||= silentAfter !== null && chunk.includes(silentAfter);
      if (!isSilent) upstreamSocket.write(chunk);
    });
    upstreamSocket.on('data', (chunk) => {
      if (!isSilent) client.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  target.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: target.href,
    silenceAfter: (trigger: string | null) => {
      silentAfter = trigger;
    },
    /** Makes all connections half-open; new ones are not. */
    silence: () => {
      for (const silence of silences) silence();
    },
    /** Cuts all connections; new ones go to another server. */
    redirectTo: (url: string) => {
      const other = new URL(url);
      upstream = { host: other.hostname, port: Number(other.port) };
      for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
