import type { MissingList } from '../digests/compose-due.ts';
import { isMostlyUnreadable } from '../sources/source.ts';
import type { SourceErrorCode } from '../sources/source-error.ts';
import { formatTimes, joinNames } from '../text/format.ts';
import { formatTime } from '../time/format-moment.ts';
import { MINUTE_MS } from '../time/units.ts';
import type { Alert } from './alert.ts';

/** How long due work may wait before an alert is raised, in ms. */
export const QUEUE_BEHIND_AFTER_MS = 15 * MINUTE_MS;

/** How long an alert stays open after its process died, in ms: a live one raises it every
 *  minute. */
export const STALE_ALERT_AFTER_MS = 5 * MINUTE_MS;

/** Consecutive failures before an alert: a single one may be a passing problem. */
const MIN_FAILURES_BEFORE_ALERT = 2;

/** The alert about a source that has failed `failures` times in a row; null while it may be a
 *  passing problem. An answer that is no list of papers raises it at once. */
export function createSourceFailedAlert(
  source: string,
  { code, message }: { code: SourceErrorCode; message: string },
  { failures, nextAt }: { failures: number; nextAt: Date },
): Alert | null {
  if (failures < MIN_FAILURES_BEFORE_ALERT && code !== 'SOURCE_UNREADABLE') return null;
  const failureCount = failures === 1 ? 'once' : `${formatTimes(failures)} in a row`;
  const nextStep = `Papers from earlier fetches are kept. The next attempt is at ${formatTime(nextAt)}.`;
  const sentence = `${source} failed ${failureCount}: ${message} ${nextStep}`;
  return { kind: 'source-failed', subject: source, sentence };
}

/** The alert about a list most of which cannot be read; null when only a few entries cannot. */
export function createSourceUnreadableAlert(
  source: string,
  list: { day: string | null; found: number; refused: number; detail: string | null },
): Alert | null {
  if (!isMostlyUnreadable(list)) return null;
  const { day, found, refused, detail } = list;
  const nextStep =
    day === null ? '' : ` Once it is fixed, run: bin/paperboy papers fetch ${source} --date ${day}`;
  const sentence = `Most of the ${found + refused} entries that ${source} sent could not be read. ${detail ?? ''} The others are stored. Check whether the source has changed its format.${nextStep}`;
  return { kind: 'source-failed', subject: source, sentence };
}

/** The alert about a source that sent an earlier day's list as that of `day`. */
export function createSourceStaleAlert(source: string, day: string): Alert {
  const sentence = `${source} lists only papers for ${day} that it had listed before. Fetching is repeated until it has new ones.`;
  return { kind: 'source-stale', subject: source, sentence };
}

/** The alert about a source that answers but has no papers for a working day. */
export function createSourceQuietAlert({ source, day }: MissingList): Alert {
  const sentence = `${source} answers, but has no papers for ${day}, a working day. Check whether the source has changed, or whether that day was a holiday.`;
  return { kind: 'source-quiet', subject: source, sentence };
}

/** The alert about a digest that waits for lists, or was composed without them. */
export function createPapersLateAlert(
  subject: string,
  missing: readonly MissingList[],
  composesAt: Date | null,
): Alert {
  const lists = joinNames(missing.map(({ source, day }) => `${source} of ${day}`));
  const what = missing.length === 1 ? 'The list' : 'The lists';
  const sentence =
    composesAt === null
      ? `${what} ${lists} did not arrive in time: the digest was composed without ${missing.length === 1 ? 'it' : 'them'}.`
      : `${what} ${lists} ${missing.length === 1 ? 'is' : 'are'} missing: composing waits until ${formatTime(composesAt)} at the latest.`;
  return { kind: 'papers-late', subject, sentence };
}

/** The alert about work that has been due since `since`. */
export function createQueueBehindAlert(
  subject: 'deliveries' | 'transactional',
  since: Date,
): Alert {
  const sentence = `The oldest due ${QUEUE_NAMES[subject]} has waited since ${formatTime(since)}. Check whether a worker is running and whether the relay accepts mail fast enough.`;
  return { kind: 'queue-behind', subject, sentence };
}

const QUEUE_NAMES = {
  deliveries: 'digest delivery',
  transactional: 'transactional e-mail',
} as const;
