import { LIBRARY_COPY } from '../../copy/en/pages/library.ts';
import { MAX_IMPORTED_ENTRIES, MAX_LIBRARY_PAPERS } from '../../domain/library/library-entry.ts';
import type { LibraryReport } from '../../services/library/import-library.ts';

/** What an import did, a sentence for each number that is not 0. */
export function describeImport(report: LibraryReport): string[] {
  const { added, known, unreadable, untitled, overLimit, isCut } = report;
  return [
    added > 0 ? LIBRARY_COPY.added(report) : LIBRARY_COPY.nothingAdded,
    known > 0 ? LIBRARY_COPY.known(known) : null,
    unreadable > 0 ? LIBRARY_COPY.unreadable(unreadable) : null,
    untitled > 0 ? LIBRARY_COPY.untitled(untitled) : null,
    overLimit > 0 ? LIBRARY_COPY.overLimit(overLimit, MAX_LIBRARY_PAPERS) : null,
    isCut ? LIBRARY_COPY.cut(MAX_IMPORTED_ENTRIES) : null,
  ].filter((sentence) => sentence !== null);
}
