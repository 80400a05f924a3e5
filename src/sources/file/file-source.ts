import { readFile, stat } from 'node:fs/promises';
import type { FetchResult, Source } from '../../domain/sources/source.ts';
import { SourceError } from '../../domain/sources/source-error.ts';
import { toUtcDay } from '../../domain/time/schedule.ts';
import { type ParsedFilePaper, parsePaperFile } from './paper-file.ts';

/** Larger than any list of papers, and still small beside our memory. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** The source `file:PATH`: a file of papers as a JSON array, JSON lines or CSV, read when it
 *  changes. */
export function createFileSource(name: string, path: string): Source {
  return {
    name,
    origin: 'file',
    usableAfterDays: 0,
    listsOn: () => false,
    fetch: async ({ day, validators, now, signal }) => {
      if (day !== null && day !== toUtcDay(now))
        throw new SourceError(
          'NO_SUCH_DAY',
          `${name} has no list of ${day}: its papers carry their own days, so fetch it without a day.`,
        );
      const lastModified = await readVersionStamp(name, path);
      if (validators?.url === path && validators.lastModified === lastModified) return null;
      const text = await readContent(name, path, signal);
      const entries = parseFile(name, text, toUtcDay(now));
      return {
        day: null,
        papers: entries.flatMap((entry) => ('paper' in entry ? [entry.paper] : [])),
        revisions: [],
        rejected: entries.flatMap((entry) =>
          'problem' in entry ? [{ place: entry.location, reason: entry.problem.message }] : [],
        ),
        validators: { url: path, etag: null, lastModified },
      } satisfies FetchResult;
    },
  };
}

/** Changes whenever the file does: its modification time and its size. */
async function readVersionStamp(name: string, path: string): Promise<string> {
  const stats = await stat(path).catch((error) => throwUnreachable(name, error));
  if (!stats.isFile() || stats.size > MAX_FILE_BYTES)
    throw new SourceError(
      'SOURCE_UNREADABLE',
      `${name} cannot be read: expected a file of at most ${MAX_FILE_BYTES} bytes.`,
    );
  return `${stats.mtimeMs} ${stats.size}`;
}

function readContent(name: string, path: string, signal: AbortSignal): Promise<string> {
  return readFile(path, { encoding: 'utf8', signal }).catch((error) => {
    signal.throwIfAborted();
    return throwUnreachable(name, error);
  });
}

function throwUnreachable(name: string, error: Error): never {
  throw new SourceError('SOURCE_UNREACHABLE', `${name} cannot be read: ${error.message}.`, {
    cause: error,
  });
}

function parseFile(name: string, text: string, today: string): ParsedFilePaper[] {
  try {
    return parsePaperFile(text, { source: 'file', today });
  } catch (error) {
    const { message } = error as Error;
    throw new SourceError('SOURCE_UNREADABLE', `${name}: ${message}`, { cause: error });
  }
}
