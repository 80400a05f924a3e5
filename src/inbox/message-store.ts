import { createReadStream } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSubject } from './parse-mail.ts';

/** A stored message: its envelope, its subject and its size. */
export interface StoredMessage {
  /** Safe in file names and links. Later messages have greater ids. */
  id: string;
  /** Envelope sender; empty for bounces. */
  from: string;
  /** Envelope recipients. */
  to: string[];
  subject: string;
  receivedAt: Date;
  bytes: number;
}

export type Envelope = Pick<StoredMessage, 'from' | 'to'>;

/** Messages in a folder, one file each. What a list shows is in memory. */
interface MessageStore {
  /** The newest first. */
  list(): StoredMessage[];
  /** Stores a message. Its file is complete when this resolves. */
  add(metadata: Envelope & { receivedAt: Date }, raw: Buffer): Promise<StoredMessage>;
  /** The bytes as received; null when there is no such message. */
  read(id: string): Promise<{ entry: StoredMessage; raw: Buffer } | null>;
}

/** Opens the folder, readable by its owner only, and removes all but the newest `maxMessages`. */
export async function openMessageStore(folder: string, maxMessages: number): Promise<MessageStore> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o700);
  const names = await readdir(folder);
  await removeTemporaryFiles(folder, names);
  const ids = names.flatMap(parseFileName).sort();
  const byId = await readEntries(folder, ids);
  let lastId = Number(ids.at(-1) ?? 0);

  const removeOldest = async (): Promise<void> => {
    if (byId.size <= maxMessages) return;
    for (const id of [...byId.keys()].sort().slice(0, byId.size - maxMessages)) {
      byId.delete(id);
      await rm(messagePath(folder, id), { force: true });
    }
  };
  await removeOldest();

  return {
    list: () => [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1)),
    async add(metadata, raw) {
      lastId += 1;
      const id = String(lastId).padStart(ID_DIGITS, '0');
      const entry = { id, ...metadata, subject: await parseSubject(raw), bytes: raw.length };
      await writeMessage(folder, entry, raw);
      byId.set(id, entry);
      await removeOldest();
      return entry;
    },
    async read(id) {
      const entry = byId.get(id);
      const file = entry && (await readIfExists(messagePath(folder, id)));
      return entry && file ? { entry, raw: file.subarray(file.indexOf('\n') + 1) } : null;
    },
  };
}

const ID_DIGITS = 10;
const FILE_NAME = /^(\d{10})\.eml$/;
const TEMPORARY_SUFFIX = '.new';

const messagePath = (folder: string, id: string) => join(folder, `${id}.eml`);

function parseFileName(name: string): string[] {
  const id = FILE_NAME.exec(name)?.[1];
  return id === undefined ? [] : [id];
}

async function removeTemporaryFiles(folder: string, names: string[]): Promise<void> {
  for (const name of names.filter((each) => each.endsWith(TEMPORARY_SUFFIX))) {
    await rm(join(folder, name), { force: true });
  }
}

/** Files read at the same time while opening. */
const READ_CONCURRENCY = 32;

async function readEntries(folder: string, ids: string[]): Promise<Map<string, StoredMessage>> {
  const entries = new Map<string, StoredMessage>();
  for (let start = 0; start < ids.length; start += READ_CONCURRENCY) {
    const idBatch = ids.slice(start, start + READ_CONCURRENCY);
    for (const entry of await Promise.all(idBatch.map((id) => readEntry(folder, id)))) {
      if (entry) entries.set(entry.id, entry);
    }
  }
  return entries;
}

/** Our header before the message holds what only the envelope says. So a message is one file, is
 *  written by one rename, and mail programs can open it. */
const METADATA_HEADER = 'X-Paperboy-Inbox: ';

async function writeMessage(folder: string, entry: StoredMessage, raw: Buffer): Promise<void> {
  const { id, ...metadata } = entry;
  const temporaryPath = `${messagePath(folder, id)}${TEMPORARY_SUFFIX}`;
  const header = Buffer.from(`${METADATA_HEADER}${JSON.stringify(metadata)}\r\n`);
  await writeFile(temporaryPath, Buffer.concat([header, raw]), { mode: 0o600, flag: 'wx' });
  await rename(temporaryPath, messagePath(folder, id));
}

/** Null for a file that is not ours, or is incomplete after a power cut. Such files are left
 *  alone. */
async function readEntry(folder: string, id: string): Promise<StoredMessage | null> {
  const line = await readFirstLine(messagePath(folder, id));
  if (!line.startsWith(METADATA_HEADER)) return null;
  try {
    const { receivedAt, ...metadata } = JSON.parse(line.slice(METADATA_HEADER.length));
    return { id, ...metadata, receivedAt: new Date(receivedAt) };
  } catch {
    return null;
  }
}

async function readFirstLine(path: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path, { highWaterMark: 4096 })) {
    chunks.push(chunk);
    if (chunk.includes('\n')) break;
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return text.slice(0, text.indexOf('\n'));
}

/** A message may be removed as the oldest while it is being opened. */
async function readIfExists(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
