import { type Address, normaliseAddress } from './address.ts';
import { PaperboyError } from './errors.ts';
import { readPreferences } from './preferences.ts';
import { isDay } from './schedule.ts';
import type { Preferences } from './subscriber.ts';

/** Columns of an import file that mean something; others are passed over. */
export const IMPORT_COLUMNS = [
  'email',
  'topics',
  'muted_topics',
  'keywords',
  'names',
  'timezone',
  'hour',
  'frequency',
  'papers',
  'minutes',
  'bar',
  'paused_until',
  'consent',
  'status',
] as const;
export type ImportColumn = (typeof IMPORT_COLUMNS)[number];

/** A row of an import file; what it leaves empty is absent. */
export interface SubscriberRow {
  address: Address;
  preferences: Partial<Preferences>;
  /** A day still to come; null when the row names none. */
  pausedUntil: string | null;
  consent: string | null;
  /** Whether the row may make a new reader. An export names who left or never confirmed; brought to
   *  another Paperboy it must not make them readers. */
  mayAdd: boolean;
}

/** Statuses of an export whose readers want no mail; a pause with an end is none for good. */
const NOT_READING = ['pending', 'paused', 'unsubscribed'];

/** Checks one row of an import file. @throws PaperboyError that tells what is wrong with it. */
export function readSubscriberRow(
  row: Partial<Record<ImportColumn, string>>,
  { topicSlugs, today }: { topicSlugs: ReadonlySet<string>; today: string },
): SubscriberRow {
  const text = (name: ImportColumn) => row[name]?.trim() || undefined;
  const list = (name: ImportColumn) => {
    const cell = text(name);
    return cell === undefined ? undefined : splitList(unguard(cell));
  };
  const status = text('status')?.toLowerCase() ?? '';
  const pausedUntil = readPause(text('paused_until'), today);
  const preferences = readPreferences(
    {
      topics: list('topics'),
      mutedTopics: list('muted_topics'),
      keywords: list('keywords'),
      names: list('names'),
      timezone: text('timezone'),
      hour: text('hour'),
      frequency: text('frequency'),
      papers: text('papers'),
      minutes: text('minutes'),
      bar: text('bar')?.toLowerCase(),
    },
    topicSlugs,
  );
  return {
    address: normaliseAddress(unguard(row.email ?? '')),
    preferences,
    pausedUntil,
    consent: text('consent')?.slice(0, 500) ?? null,
    mayAdd: !NOT_READING.includes(status) || (status === 'paused' && pausedUntil !== null),
  };
}

/** A day that has come is no pause any more: an old file says nothing by it. */
function readPause(cell: string | undefined, today: string): string | null {
  if (cell === undefined) return null;
  if (!isDay(cell)) {
    throw new PaperboyError(
      'INVALID_PREFERENCES',
      `“${cell.slice(0, 40)}” is no day to pause until: expected one such as 2026-05-08.`,
    );
  }
  return cell > today ? cell : null;
}

/** The entries of a cell, which semicolons part; a backslash before one makes it part of the entry. */
function splitList(cell: string): string[] {
  const entries = cell.match(/(?:\\.|[^;\\])+/g) ?? [];
  return entries
    .map((entry) => entry.replace(/\\(.)/g, '$1').trim())
    .filter((entry) => entry !== '');
}

/** A list as a cell of an export. */
export function joinList(entries: readonly string[]): string {
  return entries.map((entry) => entry.replace(/[;\\]/g, '\\$&')).join(';');
}

/**
 * The columns of the header line, in their order, lower-case.
 * @throws PaperboyError `INVALID_FILE` when there is no `email` or a name comes twice.
 */
export function readImportHeader(names: readonly string[]): string[] {
  const columns = names.map((name) => name.trim().toLowerCase());
  const twice = columns.find((name, place) => name !== '' && columns.indexOf(name) !== place);
  if (twice !== undefined)
    throw new PaperboyError(
      'INVALID_FILE',
      `The column “${twice}” comes twice in the header line.`,
    );
  if (!columns.includes('email')) {
    const shown = columns.join(', ').slice(0, 200);
    throw new PaperboyError(
      'INVALID_FILE',
      `The header line “${shown}” has no column “email”: expected a first line such as email,topics,timezone,hour.`,
    );
  }
  return columns;
}

/** A cell that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV
 *  injection); `unguard` takes it away again. */
export function guard(cell: string): string {
  return /^'*[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
}

function unguard(cell: string): string {
  return cell.trim().replace(/^'(?='*[=+\-@])/, '');
}
