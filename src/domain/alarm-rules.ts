import type { Alarm } from './alarm.ts';
import type { Missing } from './composing.ts';
import { countTimes, describeList } from './describe.ts';
import { describeTime } from './describe-moment.ts';
import { isGarbled } from './fetched.ts';
import type { SourceErrorCode } from './source-error.ts';

/** How long something due may wait before nobody seems to send, in ms. */
export const BEHIND_MS = 15 * 60_000;

/** How long an alarm of a process that has died stays open, in ms: it notes it anew every minute. */
export const FORGOTTEN_MS = 5 * 60_000;

/** Failures in a row that a single bad moment does not explain. */
const SEVERAL = 2;

/** The alarm about a source that failed for the `failures`-th time in a row; null while it may be a bad
 *  moment. What is no list of papers is wrong at once. */
export function sourceFailed(
  source: string,
  { code, message }: { code: SourceErrorCode; message: string },
  { failures, nextAt }: { failures: number; nextAt: Date },
): Alarm | null {
  if (failures < SEVERAL && code !== 'SOURCE_UNREADABLE') return null;
  const times = failures === 1 ? 'once' : `${countTimes(failures)} in a row`;
  const again = `What it brought before is kept; it is asked again at ${describeTime(nextAt)}.`;
  const sentence = `${source} failed ${times}: ${message} ${again}`;
  return { kind: 'source-failed', subject: source, sentence };
}

/** The alarm about a list of which most cannot be read; null while it may be single entries that are odd. */
export function sourceGarbled(
  source: string,
  list: { day: string | null; found: number; refused: number; detail: string | null },
): Alarm | null {
  if (!isGarbled(list)) return null;
  const { day, found, refused, detail } = list;
  const again =
    day === null ? '' : ` Once it is mended: paperboy papers fetch ${source} --date ${day}`;
  const sentence = `Most of the ${found + refused} entries that ${source} sent are not as expected. ${detail ?? ''} The rest is stored; look whether the source has changed its shape.${again}`;
  return { kind: 'source-failed', subject: source, sentence };
}

/** The alarm about a source that sent the list of an earlier day as that of `day`. */
export function sourceStale(source: string, day: string): Alarm {
  const sentence = `${source} lists nothing for ${day} but papers that it had listed before. It is asked again until it has new ones.`;
  return { kind: 'source-stale', subject: source, sentence };
}

/** The alarm about a source that answers, and has nothing for a working day. */
export function sourceQuiet({ source, day }: Missing): Alarm {
  const sentence = `${source} answers, but has no papers for ${day}, a working day. Look whether it has changed, or whether there was a holiday.`;
  return { kind: 'source-quiet', subject: source, sentence };
}

/** The alarm about a digest that waits for lists, or was composed without them. */
export function papersLate(
  subject: string,
  missing: readonly Missing[],
  composesAt: Date | null,
): Alarm {
  const lists = describeList(missing.map(({ source, day }) => `${source} of ${day}`));
  const what = missing.length === 1 ? 'The list' : 'The lists';
  const sentence =
    composesAt === null
      ? `${what} ${lists} did not come in time: the digest holds what there was.`
      : `${what} ${lists} ${missing.length === 1 ? 'is' : 'are'} missing: composing waits until ${describeTime(composesAt)} at the latest.`;
  return { kind: 'papers-late', subject, sentence };
}

/** The alarm about what has been due since `since`. */
export function queueBehind(subject: 'deliveries' | 'letters', since: Date): Alarm {
  const sentence = `The oldest of the ${subject} that are due has waited since ${describeTime(since)}: look whether a worker runs, and whether the relay takes mail fast enough.`;
  return { kind: 'queue-behind', subject, sentence };
}
