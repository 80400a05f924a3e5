import { PaperboyError } from '../errors.ts';
import { isCalendarDay } from '../time/schedule.ts';
import { type EmailAddress, normaliseAddress } from './email-address.ts';
import type { Preferences } from './subscriber.ts';
import { parseSubscriberChanges } from './subscriber-changes.ts';

/** Columns of an import file that are read; others are ignored. */
const SUBSCRIBER_IMPORT_COLUMNS = [
  'email',
  'topics',
  'topics_only',
  'shows_summaries',
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
type SubscriberImportColumn = (typeof SUBSCRIBER_IMPORT_COLUMNS)[number];

/** A row of an import file; empty cells are absent. */
interface SubscriberImportRow {
  address: EmailAddress;
  preferences: Partial<Preferences>;
  /** A future day; null when the row names none. */
  pausedUntil: string | null;
  consent: string | null;
  /** Whether the row may add a subscriber. An export lists subscribers who left or never confirmed;
   *  importing it elsewhere must not subscribe them. */
  canCreateSubscriber: boolean;
}

/** Statuses of an export that mean no mail; a pause that ends is the exception. */
const NON_RECEIVING_STATUSES = ['pending', 'paused', 'unsubscribed'];

/** Checks one row of an import file. @throws PaperboyError that says what is wrong with it. */
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
  const { pausedUntil = null, ...preferences } = parseSubscriberChanges(
    {
      topics: list('topics'),
      topicsOnly: text('topics_only')?.toLowerCase(),
      showsSummaries: text('shows_summaries')?.toLowerCase(),
      mutedTopics: list('muted_topics'),
      keywords: list('keywords'),
      names: list('names'),
      timezone: text('timezone'),
      hour: text('hour'),
      frequency: text('frequency'),
      papers: text('papers'),
      minutes: text('minutes'),
      relevanceThreshold: text('relevance_threshold')?.toLowerCase(),
      pausedUntil: dropPastDay(text('paused_until'), today),
    },
    { topicSlugs, today },
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

/** In an old file, a pause may be over: such a row asks for none. */
function dropPastDay(cell: string | undefined, today: string): string | undefined {
  return cell !== undefined && isCalendarDay(cell) && cell <= today ? undefined : cell;
}

/** The entries of a cell, separated by semicolons; a backslash escapes a semicolon. */
function splitList(cell: string): string[] {
  const entries = cell.match(/(?:\\.|[^;\\])+/g) ?? [];
  return entries
    .map((entry) => entry.replace(/\\(.)/g, '$1').trim())
    .filter((entry) => entry !== '');
}

/** A list as a cell of an export; `splitList` reverses it. */
export function joinList(entries: readonly string[]): string {
  return entries.map((entry) => entry.replace(/[;\\]/g, '\\$&')).join(';');
}

/**
 * The columns of the header line, in order, in lower case.
 * @throws PaperboyError `INVALID_FILE` when `email` is missing or a name is repeated.
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

/** Puts an apostrophe before a cell that a spreadsheet would evaluate as a formula (OWASP, CSV
 *  injection); `unescapeFormula` removes it. */
export function escapeFormula(cell: string): string {
  return /^'*[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
}

function unescapeFormula(cell: string): string {
  return cell.trim().replace(/^'(?='*[=+\-@])/, '');
}
