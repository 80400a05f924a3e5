import type { FetchOutcome } from '../../domain/sources/source.ts';
import type { SourceState } from '../../domain/sources/source-history.ts';
import { formatCount, formatDate, formatQuantity, formatTimes } from '../../domain/text/format.ts';
import { formatRelativeMoment } from '../../domain/time/format-moment.ts';

/** What a source last brought, and when it is asked next. */
export function describeSourceState(
  { lastFetch: last, ...source }: SourceState,
  now: Date,
): string {
  if (last === null) return 'It was never asked.';
  const {
    lastNewPaperAt: broughtAt,
    newestListDay: broughtDay,
    nextAt,
    consecutiveFailures: failures,
  } = source;
  const outcomeText =
    last.outcome === 'papers'
      ? describePapers(last)
      : last.outcome === 'failed' && failures > 1
        ? `it failed, ${formatTimes(failures)} in a row.`
        : OUTCOME_PHRASES[last.outcome];
  const before =
    last.outcome !== 'papers' && broughtAt !== null
      ? `Its last papers came ${formatRelativeMoment(broughtAt, now)}${broughtDay === null ? '' : `, of ${formatDate(broughtDay)}`}.`
      : '';
  const next =
    nextAt === null
      ? ''
      : nextAt <= now
        ? 'Due now.'
        : `Next ${formatRelativeMoment(nextAt, now)}.`;
  return [`Asked ${formatRelativeMoment(last.endedAt, now)}:`, outcomeText, before, next]
    .filter(Boolean)
    .join(' ');
}

const OUTCOME_PHRASES: Record<Exclude<FetchOutcome, 'papers'>, string> = {
  unchanged: 'nothing had changed.',
  empty: 'its list was empty.',
  stale: 'it gave an old list again.',
  failed: 'it failed.',
};

function describePapers({ found, added, updated, refused }: NonNullable<SourceState['lastFetch']>) {
  const left = refused > 0 ? `, ${formatCount(refused)} could not be read` : '';
  return `${formatQuantity(found, 'paper')}, ${formatCount(added)} of them new, ${formatCount(updated)} changed${left}.`;
}
