import type { SourceState } from '../../db/status.ts';
import { countOf, countTimes, describeDay, formatCount } from '../../domain/describe.ts';
import { describeMomentNear } from '../../domain/describe-moment.ts';
import type { FetchOutcome } from '../../domain/fetched.ts';

/** What a source last brought, and when it is asked next. */
export function sourceSentence({ last, ...source }: SourceState, now: Date): string {
  if (last === null) return 'It was never asked.';
  const { broughtAt, broughtDay, nextAt, failures } = source;
  const said =
    last.outcome === 'papers'
      ? describePapers(last)
      : last.outcome === 'failed' && failures > 1
        ? `it failed, ${countTimes(failures)} in a row.`
        : SAID[last.outcome];
  const before =
    last.outcome !== 'papers' && broughtAt !== null
      ? `Its last papers came ${describeMomentNear(broughtAt, now)}${broughtDay === null ? '' : `, of ${describeDay(broughtDay)}`}.`
      : '';
  const next =
    nextAt === null ? '' : nextAt <= now ? 'Due now.' : `Next ${describeMomentNear(nextAt, now)}.`;
  return [`Asked ${describeMomentNear(last.endedAt, now)}:`, said, before, next]
    .filter(Boolean)
    .join(' ');
}

const SAID: Record<Exclude<FetchOutcome, 'papers'>, string> = {
  unchanged: 'nothing had changed.',
  empty: 'its list was empty.',
  stale: 'it gave an old list again.',
  failed: 'it failed.',
};

function describePapers({ found, added, updated, refused }: NonNullable<SourceState['last']>) {
  const left = refused > 0 ? `, ${formatCount(refused)} could not be read` : '';
  return `${countOf(found, 'paper')}, ${formatCount(added)} of them new, ${formatCount(updated)} changed${left}.`;
}
