import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { formatCount, formatQuantity } from '../../copy/en/format.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { decodeLibrary } from '../../domain/library/decode-library.ts';
import { importLibrary, type LibraryReport } from '../../services/library/import-library.ts';
import { lookUpLibrary } from '../../services/library/look-up.ts';
import { refreshLibraries } from '../../services/library/refresh-libraries.ts';
import type { PersonalSetUp } from '../../settings/personal/personal-file.ts';
import { printLine } from '../output.ts';
import type { OnceContext } from './preview-once.ts';

/** Larger than the library of thousands of papers, in bytes. */
const MAX_FILE_BYTES = 10 * 1024 * 1024;

/**
 * Learns from the owner's library files and liked papers: those that are new in them. What is only
 * named by an id is looked up. A line on standard output says what is new.
 * @throws PaperboyError `FILE_UNREADABLE` for a file that is missing, too large or no text.
 */
export async function teachLibrary(
  { app, io, owner }: OnceContext,
  { library, liked }: Pick<PersonalSetUp, 'library' | 'liked'>,
): Promise<void> {
  const { allowsLookups } = app.config.sources;
  const deps = { ...app, allowsLookups };
  const texts: { name: string; text: string }[] = [];
  for (const path of library) texts.push({ name: basename(path), text: await readText(path) });
  if (liked.length > 0) texts.push({ name: 'liked', text: liked.join('\n') });
  for (const { name, text } of texts) {
    const report = await importLibrary(deps, owner.id, text);
    const line = describeReport(name, report);
    if (line !== null) await printLine(io, line);
  }
  if (texts.length === 0 || io.signal.aborted) return;
  const librarySources = app.sources.library;
  await lookUpLibrary({ ...deps, librarySources, stopping: io.signal }, owner.id);
  await refreshLibraries(app);
}

async function readText(path: string): Promise<string> {
  const reject = (reason: string, cause?: unknown) =>
    new PaperboyError('FILE_UNREADABLE', `The library ${path} cannot be read: ${reason}.`, {
      cause,
    });
  let bytes: Buffer;
  try {
    if ((await stat(path)).size > MAX_FILE_BYTES)
      throw reject(`it has more than ${MAX_FILE_BYTES} bytes`);
    bytes = await readFile(path);
  } catch (error) {
    throw error instanceof PaperboyError ? error : reject((error as Error).message, error);
  }
  const text = decodeLibrary(bytes);
  if (text === null)
    throw reject('it is not a text file: expected BibTeX, RIS, CSV, JSON or a list');
  return text;
}

/** Null when nothing is new. */
function describeReport(name: string, report: LibraryReport): string | null {
  const { added, unreadable, untitled, overLimit, total } = report;
  const left = unreadable + untitled + overLimit;
  if (added === 0 && left === 0) return null;
  const start = `${name}: ${formatQuantity(added, 'new paper')} to learn from, ${total} in all.`;
  if (left === 0) return start;
  return `${start} ${formatCount(left)} of the entries could not be used.`;
}
