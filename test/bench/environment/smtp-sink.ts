import { once } from 'node:events';
import { createConnection } from 'node:net';
import { findProgram } from '../../servers/find-program.ts';
import { findUnprivilegedUser } from '../../servers/owner.ts';
import { startServer, type TestServer } from '../../servers/programs.ts';
import { findFreePort } from '../../support/free-port.ts';
import { bytesRead } from './proc.ts';

/** Debian's folders of Postfix's programs, which are not on the PATH of every user. */
const FOLDERS = ['/usr/sbin', '/usr/lib/postfix/sbin'];

const MAX_CONNECTIONS = 2000;
const BACKLOG = 1024;

/** Postfix's smtp-sink: accepts every mail, supports PIPELINING, stores nothing. */
export interface SmtpSink extends TestServer {
  /** Host and port. */
  address: string;
  /** Bytes read in all SMTP sessions so far, including commands. */
  bytes(): number;
}

/** Paths of `smtp-sink` and `smtp-source`; null when one is missing. */
export function findPostfixTools(): { sink: string; source: string } | null {
  const sink = findProgram('smtp-sink', FOLDERS);
  const source = findProgram('smtp-source', FOLDERS);
  return sink !== null && source !== null ? { sink, source } : null;
}

export async function startSmtpSink(program: string): Promise<SmtpSink> {
  const port = await findFreePort();
  const address = `127.0.0.1:${port}`;
  const { pid, stop } = await startServer(
    program,
    ['-4', '-m', String(MAX_CONNECTIONS), address, String(BACKLOG)],
    {
      options: { ...findUnprivilegedUser(['nobody'], 'smtp-sink'), cwd: '/' },
      stopSignal: 'SIGTERM',
      answers: () => greets(port),
    },
  );
  return {
    url: `smtp://${address}`,
    address,
    name: 'smtp-sink',
    pid,
    stop,
    bytes: () => bytesRead(pid),
  };
}

async function greets(port: number): Promise<void> {
  const socket = createConnection(port, '127.0.0.1');
  try {
    await once(socket, 'data');
  } finally {
    socket.destroy();
  }
}
