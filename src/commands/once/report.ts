import { formatDate, formatQuantity } from '../../copy/en/format.ts';
import { formatMoment } from '../../copy/en/format-moment.ts';
import type { findDelivery } from '../../db/deliveries/deliveries.ts';
import type { MissingList } from '../../domain/digests/compose-due.ts';
import type { Digest } from '../../domain/digests/digest.ts';
import { EMPTY_SELECTION_DETAILS } from '../../domain/digests/empty-selection.ts';
import type { ClassifyNonWorkingDay } from '../../domain/sources/working-days.ts';
import type { FetchReport } from '../../services/sources/fetch-papers.ts';

/** Exit codes of “paperboy once”. */
export const ONCE_EXIT = {
  done: 0,
  /** No source could be read, and there are no papers. */
  noPapers: 1,
  /** Failed for good, or perhaps sent. */
  notSent: 3,
  /** The next run goes on. */
  postponed: 6,
  interrupted: 130,
} as const;

type Delivery = NonNullable<Awaited<ReturnType<typeof findDelivery>>>;

/** What became of a digest, in a sentence, and the exit code. */
interface DeliveryReport {
  sentence: string;
  code: number;
}

/** Describes the delivery of a digest to the owner. */
export function describeDelivery(digest: Digest, delivery: Delivery): DeliveryReport {
  const name = nameDigest(digest);
  const because = delivery.reply ?? delivery.detail;
  const reason = because === null ? '' : ` ${because.replace(/\.?$/, '.')}`;
  switch (delivery.state) {
    case 'sent': {
      const papers = formatQuantity(delivery.selection?.length ?? 0, 'paper');
      return { sentence: `${name} was sent, with ${papers}.`, code: ONCE_EXIT.done };
    }
    case 'skipped':
      return {
        sentence: `${name} was not sent.${reason}`,
        code: isQuiet(delivery.detail) ? ONCE_EXIT.done : ONCE_EXIT.notSent,
      };
    case 'unknown':
      return {
        sentence: `${name} was being sent when a run was killed, so it may have arrived. It is not sent again unless you say so: “paperboy deliveries list --state unknown” lists it, and after “paperboy deliveries resend” the next run sends it.`,
        code: ONCE_EXIT.notSent,
      };
    case 'expired':
      return {
        sentence: `${name} could not be sent. ${delivery.detail ?? ''}`.trim(),
        code: ONCE_EXIT.notSent,
      };
    case 'failed':
      return { sentence: `${name} could not be sent.${reason}`, code: ONCE_EXIT.notSent };
    default:
      return {
        sentence: `${name} is waiting. The first run after ${formatMoment(delivery.nextAt)} sends it.${reason}`,
        code: ONCE_EXIT.postponed,
      };
  }
}

/** Whether there was nothing for the reader, rather than a reason not to email. */
function isQuiet(detail: string | null): boolean {
  return Object.values<string | null>(EMPTY_SELECTION_DETAILS).includes(detail);
}

/** `The digest of 8 May 2026`. */
export function nameDigest({ kind, date }: Pick<Digest, 'kind' | 'date'>): string {
  return `The ${kind === 'weekly' ? 'weekly digest' : 'digest'} of ${formatDate(date)}`;
}

/** What a source brought; null reports mean that it was not due. */
export function describeFetch(source: string, reports: readonly FetchReport[] | null): string {
  if (reports === null) return `${source}: read recently, and not due again yet.`;
  const failed = reports.find(({ error }) => error !== null && error.code !== 'NO_SUCH_DAY');
  const added = reports.reduce((sum, report) => sum + report.added, 0);
  const news = `${formatQuantity(added, 'new paper')}`;
  if (failed?.error) return `${source}: ${news}. ${failed.error.message}`;
  return `${source}: ${news}.`;
}

/** Why there is no digest on a day without papers. */
export function describeNoPapers(
  digest: Pick<Digest, 'kind' | 'date'>,
  { classifyNonWorkingDay, missing, unreadable, hasSources }: QuietDay,
): string {
  const start = `${nameDigest(digest)} has no papers`;
  if (!hasSources) return `${start}: the file names no sources, and no papers were imported.`;
  if (unreadable.length > 0) return `${start}: ${unreadable.join(' and ')} could not be read.`;
  if (missing.length > 0) return `${start} yet. Run it again later.`;
  const reason = digest.kind === 'weekly' ? null : classifyNonWorkingDay(digest.date);
  if (reason === 'weekend') return `${start}: the sources list nothing at weekends.`;
  if (reason === 'holiday') return `${start}: the sources have a holiday.`;
  return `${start}: the sources listed nothing new.`;
}

interface QuietDay {
  classifyNonWorkingDay: ClassifyNonWorkingDay;
  missing: readonly MissingList[];
  /** Names of sources that failed. */
  unreadable: readonly string[];
  hasSources: boolean;
}

/** A list that is not there yet. */
export function describeMissingList({ source, day }: MissingList): string {
  return `${source}: the list of ${formatDate(day)} is not there yet; its papers come with the next digest.`;
}
