import type { MissingList } from '../digests/compose-due.ts';
import { isMostlyUnreadable } from '../sources/source.ts';
import type { SourceErrorCode } from '../sources/source-error.ts';
import { formatTimes, joinNames } from '../text/format.ts';
import { formatTime } from '../time/format-moment.ts';
import { MINUTE_MS } from '../time/units.ts';
import type { Alert } from './alert.ts';

/** How long something due may wait before nobody seems to send, in ms. */
export const QUEUE_BEHIND_AFTER_MS = 15 * MINUTE_MS;

/** How long an alarm of a process that has died stays open, in ms: it notes it anew every minute. */
export const STALE_ALERT_AFTER_MS = 5 * MINUTE_MS;

/** Failures in a row that a single bad moment does not explain. */
const MIN_FAILURES_BEFORE_ALERT = 2;

/** The alarm about a source that failed for the `failures`-th time in a row; null while it may be a bad
 *  moment. What is no list of papers is wrong at once. */
export function createSourceFailedAlert(
  source: string,
  { code, message }: { code: SourceErrorCode; message: string },
  { failures, nextAt }: { failures: number; nextAt: Date },
): Alert | null {
  if (failures < MIN_FAILURES_BEFORE_ALERT && code !== 'SOURCE_UNREADABLE') return null;
  const failureCount = failures === 1 ? 'once' : `${formatTimes(failures)} in a row`;
  const nextStep = `What it brought before is kept; it is asked again at ${formatTime(nextAt)}.`;
  const sentence = `${source} failed ${failureCount}: ${message} ${nextStep}`;
  return { kind: 'source-failed', subject: source, sentence };
}

/** The alarm about a list of which most cannot be read; null while it may be single entries that are odd. */
export function createSourceUnreadableAlert(
  source: string,
  list: { day: string | null; found: number; refused: number; detail: string | null },
): Alert | null {
  if (!isMostlyUnreadable(list)) return null;
  const { day, found, refused, detail } = list;
  const nextStep =
    day === null ? '' : ` Once it is mended: paperboy papers fetch ${source} --date ${day}`;
  const sentence = `Most of the ${found + refused} entries that ${source} sent are not as expected. ${detail ?? ''} The rest is stored; look whether the source has changed its shape.${nextStep}`;
  return { kind: 'source-failed', subject: source, sentence };
}

/** The alarm about a source that sent the list of an earlier day as that of `day`. */
export function createSourceStaleAlert(source: string, day: string): Alert {
  const sentence = `${source} lists nothing for ${day} but papers that it had listed before. It is asked again until it has new ones.`;
  return { kind: 'source-stale', subject: source, sentence };
}

/** The alarm about a source that answers, and has nothing for a working day. */
export function createSourceQuietAlert({ source, day }: MissingList): Alert {
  const sentence = `${source} answers, but has no papers for ${day}, a working day. Look whether it has changed, or whether there was a holiday.`;
  return { kind: 'source-quiet', subject: source, sentence };
}

/** The alarm about a digest that waits for lists, or was composed without them. */
export function createPapersLateAlert(
  subject: string,
  missing: readonly MissingList[],
  composesAt: Date | null,
): Alert {
  const lists = joinNames(missing.map(({ source, day }) => `${source} of ${day}`));
  const what = missing.length === 1 ? 'The list' : 'The lists';
  const sentence =
    composesAt === null
      ? `${what} ${lists} did not come in time: the digest holds what there was.`
      : `${what} ${lists} ${missing.length === 1 ? 'is' : 'are'} missing: composing waits until ${formatTime(composesAt)} at the latest.`;
  return { kind: 'papers-late', subject, sentence };
}

/** The alarm about what has been due since `since`. */
export function createQueueBehindAlert(
  subject: 'deliveries' | 'transactional',
  since: Date,
): Alert {
  const sentence = `The oldest of the ${subject} that are due has waited since ${formatTime(since)}: look whether a worker runs, and whether the relay takes mail fast enough.`;
  return { kind: 'queue-behind', subject, sentence };
}
