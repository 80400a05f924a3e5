import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { findFreePort } from '../support/free-port.ts';
import { findProgram } from './find-program.ts';
import { findUser } from './owner.ts';
import { runProgram, startServer, type TestServer } from './programs.ts';

/** A Postfix that delivers what is sent to `…@example.org` into one folder. */
export interface PostfixServer extends TestServer {
  /** The delivered messages as stored: headers of Postfix first, lines end in LF. */
  delivered(): Buffer[];
}

/**
 * Starts a Postfix on a free port, with its own settings, queue and mailbox, which `stop` removes.
 * It sends nothing to other hosts. Its master process runs as root only.
 */
export async function startPostfix(): Promise<PostfixServer> {
  const program = findPostfix();
  if (program === null) {
    throw new Error('Postfix was not found (Debian: apt-get install postfix).');
  }
  if (process.getuid?.() !== 0) throw new Error('Postfix starts as root only.');
  // Its daemons run as other users and need access.
  const folder = mkdtempSync('/tmp/paperboy-postfix-');
  chmodSync(folder, 0o755);
  const [settings, queue, data, mail] = ['settings', 'queue', 'data', 'mail'].map((name) => {
    const path = join(folder, name);
    mkdirSync(path);
    return path;
  }) as [string, string, string, string];
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const owner = findUser('postfix');
    for (const path of [data, mail]) chownSync(path, owner.uid, owner.gid);
    const port = await findFreePort();
    writeFileSync(join(settings, 'main.cf'), mainSettings({ queue, data, mail, ...owner }));
    writeFileSync(join(settings, 'master.cf'), services(port));
    await runProgram(program, ['-c', settings, 'check']);
    const { pid, stop } = await startServer(program, ['-c', settings, 'start-fg'], {
      options: { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } },
      stopSignal: 'SIGTERM',
      answers: () => greets(port),
    });
    return {
      url: `smtp://127.0.0.1:${port}`,
      pid,
      name: `Postfix on port ${port}`,
      delivered: () => filesIn(join(mail, 'all', 'new')),
      stop: async () => {
        // The started process waits for the master, which a signal would leave running.
        await runProgram(program, ['-c', settings, 'stop']);
        await stop();
        remove();
      },
    };
  } catch (error) {
    const log = filesIn(data).join('\n').slice(-4000);
    remove();
    throw new Error(`Postfix did not start:\n${log}`, { cause: error });
  }
}

function findPostfix(): string | null {
  return findProgram('postfix', ['/usr/sbin']);
}

function mainSettings(given: {
  queue: string;
  data: string;
  mail: string;
  uid: number;
  gid: number;
}): string {
  return lines({
    compatibility_level: '3.6',
    queue_directory: given.queue,
    data_directory: given.data,
    myhostname: 'postfix.example.net',
    mydestination: '',
    mynetworks: '127.0.0.0/8',
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    default_transport: 'error:this Postfix sends nothing',
    virtual_mailbox_domains: 'example.org',
    virtual_mailbox_base: given.mail,
    virtual_mailbox_maps: 'static:all/',
    virtual_minimum_uid: '1',
    virtual_uid_maps: `static:${given.uid}`,
    virtual_gid_maps: `static:${given.gid}`,
    // Keeps the headers as they were sent.
    local_header_rewrite_clients: '',
    smtputf8_enable: 'no',
    maillog_file: join(given.data, 'log'),
    maillog_file_prefixes: given.data,
    smtpd_peername_lookup: 'no',
    smtpd_recipient_restrictions: 'check_recipient_access inline:{gone@example.org=REJECT}, permit',
  });
}

function services(port: number): string {
  return [
    `127.0.0.1:${port} inet n - n - - smtpd`,
    'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr',
    'rewrite unix - - n - - trivial-rewrite',
    'bounce unix - - n - 0 bounce',
    'defer unix - - n - 0 bounce',
    'trace unix - - n - 0 bounce',
    'proxymap unix - - n - - proxymap',
    'error unix - - n - - error',
    'retry unix - - n - - error',
    'virtual unix - n n - - virtual',
    'anvil unix - - n - 1 anvil',
    'postlog unix-dgram n - n - 1 postlogd',
    '',
  ].join('\n');
}

function lines(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
}

function filesIn(folder: string): Buffer[] {
  try {
    return readdirSync(folder).map((name) => readFileSync(join(folder, name)));
  } catch {
    return [];
  }
}

function greets(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', reject);
    socket.once('end', () => reject(new Error('Postfix closed the connection.')));
    socket.once('data', (chunk) => {
      socket.destroy();
      if (chunk.toString().startsWith('220')) resolve();
      else reject(new Error(`Postfix answered: ${chunk}`));
    });
  });
}
