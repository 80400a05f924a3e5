import { join } from 'node:path';
import type { Inbox } from '../inbox/inbox.ts';
import { type Config, isLoopbackHost } from '../settings/config.ts';

/** Opens the local inbox. It never listens on a network: caught mails hold links that sign in. */
export async function openLocalInbox(config: Config): Promise<Inbox> {
  const { openInbox } = await import('../inbox/inbox.ts');
  const host = isLoopbackHost(config.host) ? config.host : '127.0.0.1';
  return openInbox({ host, port: config.inboxPort, folder: join(config.dataDir, 'inbox') });
}
