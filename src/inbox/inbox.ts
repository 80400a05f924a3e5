import type { Clock } from '../domain/time/clock.ts';
import { createMailEvents, type WaitOptions } from './mail-events.ts';
import { openMessageStore, type StoredMessage } from './message-store.ts';
import { type ParsedMail, parseMail } from './parse-mail.ts';
import { startMailReceiver } from './receive-mail.ts';

export type { StoredMessage } from './message-store.ts';
export type { ParsedMail } from './parse-mail.ts';

export interface InboxOptions {
  /** Address to listen on. */
  host: string;
  /** Port to listen on; 0 for any free one. */
  port: number;
  /** Folder of the messages, one file each. Created when missing. */
  folder: string;
  /** Messages to keep; then the oldest is removed. @defaultValue 1000 */
  maxMessages?: number;
  /** Larger messages are refused with 552. @defaultValue 10 MiB */
  maxMessageBytes?: number;
  /** @defaultValue the system's clock */
  clock?: Clock;
}

/** A local SMTP server that keeps mail instead of delivering it. */
export interface Inbox {
  readonly host: string;
  /** The port that it listens on. */
  readonly port: number;
  /** All messages, the newest first. */
  list(): Promise<StoredMessage[]>;
  /** A message; null when there is none with this id (any more). */
  read(id: string): Promise<{ entry: StoredMessage; raw: Buffer; parsed: ParsedMail } | null>;
  /** The newest message that matches, or the first matching one to arrive. Rejects with the
   *  signal's reason, with `INBOX_TIMEOUT` after `timeoutMs`, with `INBOX_CLOSED`, or with an error
   *  of the predicate. */
  waitFor(
    predicate: (entry: StoredMessage) => boolean,
    options?: WaitOptions,
  ): Promise<StoredMessage>;
  /** Stops listening, and waits at most a second for messages being received. */
  close(): Promise<void>;
}

const DEFAULT_MAX_MESSAGES = 1000;
const DEFAULT_MAX_MESSAGE_BYTES = 10 * 1024 * 1024;

/**
 * Opens the local inbox. A message is in the folder before it is acknowledged, so it survives the
 * process, but not a power cut: there is no fsync.
 * @throws PaperboyError `INBOX_CANNOT_LISTEN` when the address or port is not available.
 */
export async function openInbox(options: InboxOptions): Promise<Inbox> {
  const {
    host,
    port,
    folder,
    maxMessages = DEFAULT_MAX_MESSAGES,
    clock = () => new Date(),
  } = options;
  const { maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES } = options;
  const messageStore = await openMessageStore(folder, maxMessages);
  const events = createMailEvents();
  const receiver = await startMailReceiver({
    host,
    port,
    maxMessageBytes,
    accept: async (envelope, raw) => {
      events.notifyArrival(await messageStore.add({ ...envelope, receivedAt: clock() }, raw));
    },
  });

  return {
    host,
    port: receiver.port,
    list: async () => messageStore.list(),
    async read(id) {
      const found = await messageStore.read(id);
      return found && { ...found, parsed: await parseMail(found.raw) };
    },
    waitFor: (predicate, wait = {}) => events.waitFor(messageStore.list(), predicate, wait),
    async close() {
      await receiver.close();
      events.close();
    },
  };
}
