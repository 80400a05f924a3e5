import { PaperboyError } from '../domain/errors.ts';

/** What is known about a failure of the embedded database. */
interface FailureFacts {
  folder: string;
  /** What PostgreSQL wrote to standard error, oldest line first. */
  lines: readonly string[];
  /** What PGlite or Node threw, or null. */
  error: unknown;
}

/**
 * Why the embedded database cannot be opened, and what to do.
 * @returns a PaperboyError `DATABASE_DISK_FULL`, `DATABASE_UNWRITABLE`, `DATABASE_DAMAGED` or
 * `DATABASE_VERSION_DIFFERS`.
 */
export function explainOpenFailure(facts: FailureFacts): PaperboyError {
  const { folder, error } = facts;
  const reason = findReason(facts);
  const options = { cause: error };
  const version = /initialized by PostgreSQL version (\S+?), .* version ([\d.]+)/.exec(reason);
  if (version) {
    return new PaperboyError(
      'DATABASE_VERSION_DIFFERS',
      `The embedded database in ${folder} belongs to PostgreSQL ${version[1]}, but this Paperboy contains PostgreSQL ${version[2]}: start the version of Paperboy that used the folder last. To change versions, see “Upgrading” in docs/operations.md.`,
      options,
    );
  }
  if (isDiskFull(reason)) {
    return new PaperboyError(
      'DATABASE_DISK_FULL',
      `The embedded database in ${folder} cannot be opened because the disk is full (${reason}): free some space and start again. Nothing that was confirmed is lost.`,
      options,
    );
  }
  if (isUnwritable(reason)) {
    return new PaperboyError(
      'DATABASE_UNWRITABLE',
      `The embedded database in ${folder} cannot be opened because its files cannot be written (${reason}): make the folder and everything in it writable for the user that runs Paperboy, then start again.`,
      options,
    );
  }
  return new PaperboyError(
    'DATABASE_DAMAGED',
    `The embedded database in ${folder} cannot be opened, probably because its files are damaged (${reason}). Keep a copy of the folder, check the disk, and restore the latest backup as docs/operations.md describes under “Backup and restore”: a backup does not know which digests were sent after it.`,
    options,
  );
}

/** Why the embedded database stopped while it was in use: a PaperboyError `DATABASE_STOPPED`. */
export function explainPanic(facts: Omit<FailureFacts, 'error'>): PaperboyError {
  const reason = findReason({ ...facts, error: null });
  const remedy = isDiskFull(reason)
    ? 'free some space on the disk and start Paperboy again'
    : 'check the disk, then start Paperboy again';
  return new PaperboyError(
    'DATABASE_STOPPED',
    `The embedded database in ${facts.folder} stopped (${reason}): ${remedy}. Nothing that was confirmed is lost.`,
  );
}

/** The last error that PostgreSQL reported, with its detail, or else what was thrown. */
function findReason({ lines, error }: FailureFacts): string {
  const at = lines.findLastIndex((line) => ERROR_LINE.test(line));
  if (at === -1) return error instanceof Error ? error.message : 'for an unknown reason';
  const texts = [lines[at], lines[at + 1]].flatMap((line = '') => {
    const text = (ERROR_LINE.exec(line) ?? DETAIL_LINE.exec(line))?.[1];
    return text === undefined ? [] : [text.replace(/\.$/, '')];
  });
  return texts.join(': ');
}

const ERROR_LINE = /(?:ERROR|FATAL|PANIC): {1,2}(.*)$/;
const DETAIL_LINE = /DETAIL: {1,2}(.*)$/;

function isDiskFull(reason: string): boolean {
  return /No space left on device|Disk quota exceeded|Quota exceeded|ENOSPC|EDQUOT/i.test(reason);
}

function isUnwritable(reason: string): boolean {
  return /Permission denied|Read-only file system|Operation not permitted|EACCES|EROFS|EPERM/i.test(
    reason,
  );
}
