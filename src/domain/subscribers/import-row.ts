import { PaperboyError } from '../errors.ts';
import { isCalendarDay } from '../time/schedule.ts';
import { type EmailAddress, normaliseAddress } from './email-address.ts';
import { parsePreferences } from './preferences.ts';
import type { Preferences } from './subscriber.ts';

/** Columns of an import file that mean something; others are passed over. */
export const SUBSCRIBER_IMPORT_COLUMNS = [
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
  'relevance_threshold',
  'paused_until',
  'consent',
  'status',
] as const;
export type SubscriberImportColumn = (typeof SUBSCRIBER_IMPORT_COLUMNS)[number];

/** A row of an import file; what it leaves empty is absent. */
export interface SubscriberImportRow {
  address: EmailAddress;
  preferences: Partial<Preferences>;
  /** A day still to come; null when the row names none. */
  pausedUntil: string | null;
  consent: string | null;
  /** Whether the row may make a new reader. An export names who left or never confirmed; brought to
   *  another Paperboy it must not make them readers. */
  canCreateSubscriber: boolean;
}

/** Statuses of an export whose readers want no mail; a pause with an end is none for good. */
const NON_RECEIVING_STATUSES = ['pending', 'paused', 'unsubscribed'];

/** Checks one row of an import file. @throws PaperboyError that tells what is wrong with it. */
export function parseSubscriberRow(
  row: Partial<Record<SubscriberImportColumn, string>>,
  { topicSlugs, today }: { topicSlugs: ReadonlySet<string>; today: string },
): SubscriberImportRow {
  const text = (name: SubscriberImportColumn) => row[name]?.trim() || undefined;
  const list = (name: SubscriberImportColumn) => {
    const cell = text(name);
    return cell === undefined ? undefined : splitList(unescapeFormula(cell));
  };
  const status = text('status')?.toLowerCase() ?? '';
  const pausedUntil = parsePauseCell(text('paused_until'), today);
  const preferences = parsePreferences(
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
      relevanceThreshold: text('relevance_threshold')?.toLowerCase(),
    },
    topicSlugs,
  );
  return {
    address: normaliseAddress(unescapeFormula(row.email ?? '')),
    preferences,
    pausedUntil,
    consent: text('consent')?.slice(0, 500) ?? null,
    canCreateSubscriber:
      !NON_RECEIVING_STATUSES.includes(status) || (status === 'paused' && pausedUntil !== null),
  };
}

/** A day that has come is no pause any more: an old file says nothing by it. */
function parsePauseCell(cell: string | undefined, today: string): string | null {
  if (cell === undefined) return null;
  if (!isCalendarDay(cell)) {
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
export function parseImportHeader(names: readonly string[]): string[] {
  const columns = names.map((name) => name.trim().toLowerCase());
  const duplicate = columns.find((name, index) => name !== '' && columns.indexOf(name) !== index);
  if (duplicate !== undefined)
    throw new PaperboyError(
      'INVALID_FILE',
      `The column “${duplicate}” comes twice in the header line.`,
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
export function escapeFormula(cell: string): string {
  return /^'*[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
}

function unescapeFormula(cell: string): string {
  return cell.trim().replace(/^'(?='*[=+\-@])/, '');
}
