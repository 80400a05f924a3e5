import { chmod, mkdtemp, rename, rmdir, symlink, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { getErrorCode } from './error-code.ts';

/** Longest path of a Unix socket, in bytes. `sockaddr_un` holds 104 bytes on macOS and the BSDs and
 *  108 on Linux, with the final NUL. Node truncates a longer path without an error. */
const MAX_SOCKET_PATH_BYTES = 103;

/**
 * A server on the new Unix socket `name` in `folder`, mode 0600. The name appears only once the
 * server listens, so a socket that refuses connections will never accept any. A process that is
 * killed before that leaves a `.new` file, which does no harm.
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
 * @throws any other error of connecting, which does not prove that no process listens.
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
 * Whether a process, running or stopped, listens on the socket. The kernel answers at once. True
 * when in doubt, such as for EAGAIN, which a stopped process with a full queue causes: to mistake a
 * live process for a dead one loses data; the reverse only annoys.
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
      // From here on 'close' follows each error, and an unhandled error would end the process.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

/** Calls `use` with a path to `name` in `folder` that fits a socket address: through a symbolic
 *  link in a private temporary folder when the real path is too long. Only binding and connecting
 *  need the link. */
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
