import { chmod, mkdtemp, rename, rmdir, symlink, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { getErrorCode } from './error-code.ts';

/** Longest path of a Unix socket, in bytes: `sockaddr_un` holds 104 with the end mark on macOS and
 *  the BSDs, 108 on Linux. Node cuts a longer one off without an error. */
const MAX_SOCKET_PATH_BYTES = 103;

/**
 * A server on the new Unix socket `name` in `folder`, mode 0600. The name appears only once the
 * server listens, so whoever finds a socket that refuses knows that nobody will ever listen on it.
 * (A process killed in between leaves an empty `.new`, which harms nobody.)
 */
export async function listenOn(folder: string, name: string): Promise<Server> {
  const server = createServer();
  const unready = `${name}.new`;
  try {
    await throughShortPath(folder, unready, (path) => startListening(server, path));
    await chmod(join(folder, unready), 0o600);
    await rename(join(folder, unready), join(folder, name));
    return server;
  } catch (error) {
    server.close();
    throw error;
  }
}

/**
 * A connection to the Unix socket `name` in `folder`, or null when no process listens on it.
 * Any other failure is thrown; it does not prove that nobody listens.
 */
export async function connectTo(folder: string, name: string): Promise<Socket | null> {
  try {
    return await throughShortPath(folder, name, startConnection);
  } catch (error) {
    if (getErrorCode(error) === 'ECONNREFUSED' || getErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Whether a process, running or stopped, listens on the socket. The kernel answers for it, so
 * there is no time to wait. In doubt the answer is yes (EAGAIN, for one, is a stopped process
 * whose queue is full): taking a living process for dead loses data, the reverse only annoys.
 */
export async function isListening(folder: string, name: string): Promise<boolean> {
  try {
    const socket = await connectTo(folder, name);
    socket?.destroy();
    return socket !== null;
  } catch {
    return true;
  }
}

function startListening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function startConnection(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      // From here on 'close' tells the same, and an error that nobody hears would end the process.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

/** Gives `use` a path to `name` in `folder` that fits a socket address: through a link in a private
 *  temporary folder when the real path is too long. The link is needed only while binding or
 *  connecting. */
async function throughShortPath<T>(
  folder: string,
  name: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const path = join(folder, name);
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return use(path);
  const shortcut = await mkdtemp(join(tmpdir(), 'paperboy-'));
  const link = join(shortcut, 'run');
  try {
    await symlink(resolve(folder), link);
    return await use(join(link, name));
  } finally {
    await unlink(link);
    await rmdir(shortcut);
  }
}
