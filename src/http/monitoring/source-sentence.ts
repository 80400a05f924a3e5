import { formatCount, formatDate, formatQuantity, formatTimes } from '../../copy/en/format.ts';
import { formatRelativeMoment } from '../../copy/en/format-moment.ts';
import { STATUS_COPY } from '../../copy/en/pages/status.ts';
import type { SourceState } from '../../domain/sources/source-history.ts';

/** A source's last fetch, its last papers and its next fetch. */
export function describeSourceState(source: SourceState, now: Date): string {
  const { lastFetch, nextAt } = source;
  if (lastFetch === null) return COPY.neverFetched;
  return [
    COPY.fetched(formatRelativeMoment(lastFetch.endedAt, now)),
    describeOutcome(lastFetch, source.consecutiveFailures),
    lastFetch.outcome === 'papers' ? '' : describeLastPapers(source, now),
    nextAt === null ? '' : nextAt <= now ? COPY.due : COPY.next(formatRelativeMoment(nextAt, now)),
  ]
    .filter(Boolean)
    .join(' ');
}

function describeOutcome(
  { outcome, found, added, updated, refused }: NonNullable<SourceState['lastFetch']>,
  failures: number,
): string {
  if (outcome === 'failed' && failures > 1) return COPY.failedInARow(formatTimes(failures));
  if (outcome !== 'papers') return COPY.outcomes[outcome];
  return COPY.papers({
    found: formatQuantity(found, 'paper'),
    added: formatCount(added),
    updated: formatCount(updated),
    refused: refused > 0 ? formatCount(refused) : null,
  });
}

function describeLastPapers({ lastNewPaperAt, newestListDay }: SourceState, now: Date): string {
  if (lastNewPaperAt === null) return '';
  const moment = formatRelativeMoment(lastNewPaperAt, now);
  return newestListDay === null
    ? COPY.lastPapers(moment)
    : COPY.lastPapersOf(moment, formatDate(newestListDay));
}

const COPY = STATUS_COPY.sources;
