import type { SourceState } from '../../db/status.ts';
import { countOf, describeDay } from '../../domain/describe.ts';
import type { FetchOutcome } from '../../domain/fetched.ts';
import { describeMoment } from './days.ts';

/** What a source last brought, and when it is asked next. */
export function describeSource({ last, ...source }: SourceState, now: Date): string {
  if (last === null) return 'It was never asked.';
  const { broughtAt, broughtDay, nextAt, failures } = source;
  const said =
    last.outcome === 'papers'
      ? describePapers(last)
      : last.outcome === 'failed' && failures > 1
        ? `it failed, ${countOf(failures, 'time')} in a row.`
        : SAID[last.outcome];
  const before =
    last.outcome !== 'papers' && broughtAt !== null
      ? `Its last papers came ${describeMoment(broughtAt)}${broughtDay === null ? '' : `, of ${describeDay(broughtDay)}`}.`
      : '';
  const next =
    nextAt === null ? '' : nextAt <= now ? 'Due now.' : `Next ${describeMoment(nextAt)}.`;
  return [`Asked ${describeMoment(last.endedAt)}:`, said, before, next].filter(Boolean).join(' ');
}

const SAID: Record<Exclude<FetchOutcome, 'papers'>, string> = {
  unchanged: 'nothing had changed.',
  empty: 'its list was empty.',
  stale: 'it gave an old list again.',
  failed: 'it failed.',
};

function describePapers({ found, added, updated, refused }: NonNullable<SourceState['last']>) {
  const left = refused > 0 ? `, ${refused} could not be read` : '';
  return `${countOf(found, 'paper')}, ${added} of them new, ${updated} changed${left}.`;
}
