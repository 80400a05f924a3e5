import { readFile, stat } from 'node:fs/promises';
import type { Fetched, Source } from '../domain/fetched.ts';
import { dayOf } from '../domain/schedule.ts';
import { SourceError } from '../domain/source-error.ts';
import { type FilePaper, readPaperFile } from './paper-file.ts';

/** Larger than any list, smaller than memory. */
const MAX_BYTES = 64 * 1024 * 1024;

/** A file of papers that somebody else keeps: JSON array, JSON lines or CSV. */
export function file(name: string, path: string): Source {
  return {
    name,
    origin: 'file',
    usableAfterDays: 0,
    listsOn: () => false,
    fetch: async ({ day, known, now, signal }) => {
      if (day !== null && day !== dayOf(now))
        throw new SourceError(
          'NO_SUCH_DAY',
          `${name} has no list of ${day}: its papers tell their days, ask without a day.`,
        );
      const lastModified = await modified(name, path);
      if (known?.url === path && known.lastModified === lastModified) return null;
      const text = await contentOf(name, path, signal);
      const entries = read(name, text, dayOf(now));
      return {
        day: null,
        papers: entries.flatMap((entry) => ('paper' in entry ? [entry.paper] : [])),
        revisions: [],
        refused: entries.flatMap((entry) =>
          'problem' in entry ? [{ place: entry.place, reason: entry.problem.message }] : [],
        ),
        validators: { url: path, etag: null, lastModified },
      } satisfies Fetched;
    },
  };
}

/** When the file was changed last. */
async function modified(name: string, path: string): Promise<string> {
  const found = await stat(path).catch((error) => refuse(name, error));
  if (!found.isFile() || found.size > MAX_BYTES)
    throw new SourceError(
      'SOURCE_UNREADABLE',
      `${name} cannot be read: expected a file of ${MAX_BYTES} bytes at the most.`,
    );
  return `${found.mtimeMs} ${found.size}`;
}

function contentOf(name: string, path: string, signal: AbortSignal): Promise<string> {
  return readFile(path, { encoding: 'utf8', signal }).catch((error) => {
    signal.throwIfAborted();
    return refuse(name, error);
  });
}

function refuse(name: string, error: Error): never {
  throw new SourceError('SOURCE_UNREACHABLE', `${name} cannot be read: ${error.message}.`, {
    cause: error,
  });
}

function read(name: string, text: string, today: string): FilePaper[] {
  try {
    return readPaperFile(text, { source: 'file', today });
  } catch (error) {
    const { message } = error as Error;
    throw new SourceError('SOURCE_UNREADABLE', `${name}: ${message}`, { cause: error });
  }
}
