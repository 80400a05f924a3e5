import { type Address, normaliseAddress } from './address.ts';
import { PaperboyError } from './errors.ts';
import { readPreferences } from './preferences.ts';
import type { Preferences } from './subscriber.ts';

/** Columns of an import file that mean something; others are passed over. */
export const IMPORT_COLUMNS = [
  'email',
  'topics',
  'timezone',
  'hour',
  'frequency',
  'papers',
  'consent',
  'status',
] as const;
export type ImportColumn = (typeof IMPORT_COLUMNS)[number];

/** A row of an import file; what it leaves empty is absent. */
export interface SubscriberRow {
  address: Address;
  preferences: Partial<Preferences>;
  consent: string | null;
  /** Whether the row may make a new reader. An export names who left or never confirmed; brought to
   *  another Paperboy it must not make them readers. */
  mayAdd: boolean;
}

/** Statuses of an export whose readers want no mail. */
const NOT_READING = ['pending', 'paused', 'unsubscribed'];

/** Checks one row of an import file. @throws PaperboyError that tells what is wrong with it. */
export function readSubscriberRow(
  row: Partial<Record<ImportColumn, string>>,
  topicSlugs: ReadonlySet<string>,
): SubscriberRow {
  const text = (name: ImportColumn) => row[name]?.trim() || undefined;
  const topics = text('topics');
  const preferences = readPreferences(
    {
      topics: topics
        ?.split(';')
        .map((slug) => slug.trim())
        .filter((slug) => slug !== ''),
      timezone: text('timezone'),
      hour: text('hour'),
      frequency: text('frequency'),
      papers: text('papers'),
    },
    topicSlugs,
  );
  return {
    address: normaliseAddress(unguard(row.email ?? '')),
    preferences,
    consent: text('consent')?.slice(0, 500) ?? null,
    mayAdd: !NOT_READING.includes(text('status')?.toLowerCase() ?? ''),
  };
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
