import { describe, expect, it } from 'vitest';
import { explainOpenFailure, explainPanic } from '../../src/db/pglite-failure.ts';

const FOLDER = '/var/lib/paperboy/postgres';
const at = '2026-05-08 05:30:00.000 UTC [42] ';
const aborted = new Error('Aborted(). Build with -sASSERTIONS for more info.');

describe('Why the embedded database cannot be opened', () => {
  it.each([
    [
      'DATABASE_DAMAGED',
      ['LOG:  invalid checkpoint record', 'PANIC:  could not locate a valid checkpoint record'],
      /damaged \(could not locate a valid checkpoint record\).*restore the latest backup/,
    ],
    [
      'DATABASE_DAMAGED',
      ['FATAL:  could not access status of transaction 753', 'DETAIL:  Could not read from file.'],
      /damaged \(could not access status of transaction 753: Could not read from file\)/,
    ],
    [
      'DATABASE_VERSION_DIFFERS',
      [
        'FATAL:  database files are incompatible with server',
        'DETAIL:  The data directory was initialized by PostgreSQL version 19, which is not compatible with this version 18.6.',
      ],
      /belongs to PostgreSQL 19, but this Paperboy contains PostgreSQL 18\.6/,
    ],
    [
      'DATABASE_DISK_FULL',
      ['FATAL:  could not write lock file "postmaster.pid": No space left on device'],
      /disk is full \(could not write lock file.*free some space/,
    ],
    [
      'DATABASE_UNWRITABLE',
      ['FATAL:  could not open file "postmaster.pid": Read-only file system'],
      /cannot be written.*Read-only file system/,
    ],
  ])('%s follows from what PostgreSQL wrote', (code, lines, message) => {
    const error = explainOpenFailure({
      folder: FOLDER,
      lines: lines.map((line) => at + line),
      error: aborted,
    });
    expect(error).toMatchObject({ code, message: expect.stringMatching(message), cause: aborted });
    expect(error.message).toContain(FOLDER);
  });

  it('What was thrown is named when PostgreSQL wrote nothing', () => {
    const error = explainOpenFailure({ folder: FOLDER, lines: [], error: aborted });
    expect(error).toMatchObject({ code: 'DATABASE_DAMAGED' });
    expect(error.message).toContain('Aborted()');
  });
});

describe('Why the embedded database stopped', () => {
  it.each([
    ['PANIC:  could not write to file "pg_wal/0": No space left on device', 'free some space'],
    ['PANIC:  could not fsync file "pg_wal/0": I/O error', 'check the disk'],
  ])('“%s” says what to do', (line, remedy) => {
    const error = explainPanic({ folder: FOLDER, lines: [at + line, 'Aborted()'] });
    expect(error).toMatchObject({ code: 'DATABASE_STOPPED' });
    expect(error.message).toContain(line.slice('PANIC:  '.length));
    expect(error.message).toContain(remedy);
  });
});
