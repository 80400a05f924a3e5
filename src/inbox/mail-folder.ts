import { createReadStream } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { subjectOf } from './parse-mail.ts';

/** A caught message, as its envelope and its subject have it. */
export interface InboxEntry {
  /** Safe as a file name and in a link; later messages have greater ones. */
  id: string;
  /** Sender of the envelope; empty for the null sender of bounces. */
  from: string;
  /** Recipients of the envelope. */
  to: string[];
  subject: string;
  receivedAt: Date;
  bytes: number;
}

export type Envelope = Pick<InboxEntry, 'from' | 'to'>;

/** Messages in a folder, a file each, and what a list of them needs in memory. */
export interface MailFolder {
  /** The newest first. */
  entries(): InboxEntry[];
  /** Keeps a message: when it returns, the message is in its file, whole. */
  add(about: Envelope & { receivedAt: Date }, raw: Buffer): Promise<InboxEntry>;
  /** The bytes as they were received; null when there is no such message. */
  read(id: string): Promise<{ entry: InboxEntry; raw: Buffer } | null>;
}

/** Opens the folder, which only its owner may read, and forgets all but the newest `keep`. */
export async function openMailFolder(folder: string, keep: number): Promise<MailFolder> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o700);
  const names = await readdir(folder);
  await removeDrafts(folder, names);
  const ids = names.flatMap(idOfFile).sort();
  const byId = await readEntries(folder, ids);
  let last = Number(ids.at(-1) ?? 0);

  const removeOldest = async (): Promise<void> => {
    if (byId.size <= keep) return;
    for (const id of [...byId.keys()].sort().slice(0, byId.size - keep)) {
      byId.delete(id);
      await rm(fileOf(folder, id), { force: true });
    }
  };
  await removeOldest();

  return {
    entries: () => [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1)),
    async add(about, raw) {
      last += 1;
      const id = String(last).padStart(ID_DIGITS, '0');
      const entry = { id, ...about, subject: await subjectOf(raw), bytes: raw.length };
      await writeMessage(folder, entry, raw);
      byId.set(id, entry);
      await removeOldest();
      return entry;
    },
    async read(id) {
      const entry = byId.get(id);
      const file = entry && (await readIfThere(fileOf(folder, id)));
      return entry && file ? { entry, raw: file.subarray(file.indexOf('\n') + 1) } : null;
    },
  };
}

const ID_DIGITS = 10;
const FILE_NAME = /^(\d{10})\.eml$/;
const DRAFT_ENDING = '.new';

const fileOf = (folder: string, id: string) => join(folder, `${id}.eml`);

function idOfFile(name: string): string[] {
  const id = FILE_NAME.exec(name)?.[1];
  return id === undefined ? [] : [id];
}

async function removeDrafts(folder: string, names: string[]): Promise<void> {
  for (const name of names.filter((each) => each.endsWith(DRAFT_ENDING))) {
    await rm(join(folder, name), { force: true });
  }
}

/** How many files are read at once while opening. */
const READ_AT_ONCE = 32;

async function readEntries(folder: string, ids: string[]): Promise<Map<string, InboxEntry>> {
  const entries = new Map<string, InboxEntry>();
  for (let start = 0; start < ids.length; start += READ_AT_ONCE) {
    const some = ids.slice(start, start + READ_AT_ONCE);
    for (const entry of await Promise.all(some.map((id) => readEntry(folder, id)))) {
      if (entry) entries.set(entry.id, entry);
    }
  }
  return entries;
}

/** Above the message as it came stands one header of ours with what only the envelope knew: one
 *  file, one rename, and mail programs can still open it. */
const OUR_HEADER = 'X-Paperboy-Inbox: ';

async function writeMessage(folder: string, entry: InboxEntry, raw: Buffer): Promise<void> {
  const { id, ...about } = entry;
  const draft = `${fileOf(folder, id)}${DRAFT_ENDING}`;
  const header = Buffer.from(`${OUR_HEADER}${JSON.stringify(about)}\r\n`);
  await writeFile(draft, Buffer.concat([header, raw]), { mode: 0o600, flag: 'wx' });
  await rename(draft, fileOf(folder, id));
}

/** Null for a file that is not ours, or not whole after a power cut; it is left alone. */
async function readEntry(folder: string, id: string): Promise<InboxEntry | null> {
  const line = await readFirstLine(fileOf(folder, id));
  if (!line.startsWith(OUR_HEADER)) return null;
  try {
    const { receivedAt, ...about } = JSON.parse(line.slice(OUR_HEADER.length));
    return { id, ...about, receivedAt: new Date(receivedAt) };
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

/** A message may be the oldest, and go, while somebody opens it. */
async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
