import { countOf, describeLongDay } from '../../domain/describe.ts';
import { describeMonth } from './days.ts';
import type { Frames } from './frame.ts';
import { digestHref, monthHref } from './hrefs.ts';
import type { DigestsView } from './views.ts';

/** A month of the archive, and the way to the others. */
export function digestsPage({ month, months, digests }: DigestsView, frames: Frames) {
  const { base } = frames;
  const isNewest = month === (months[0]?.month ?? null);
  return {
    frame: frames.of({
      title: month === null || isNewest ? 'Archive' : `Archive, ${describeMonth(month)}`,
      description: 'Every edition, as it was composed.',
      publicPath: month === null || isNewest ? '/digests' : monthHref('', month),
    }),
    isEmpty: months.length === 0,
    isQuiet: digests.length === 0,
    month: month === null ? null : describeMonth(month),
    summary: `${countOf(digests.length, 'edition')}.`,
    digests: digests.map((digest) => ({
      href: digestHref(base, digest),
      date: describeLongDay(digest.date),
      kind: digest.kind === 'weekly' ? 'Weekly' : 'Daily',
      number: digest.number,
      papers: digest.papers,
    })),
    years: yearsOf(months, month, base),
    hasOtherMonths: months.length > 1,
  };
}

/** Months below their years, newest first. */
function yearsOf(months: DigestsView['months'], current: string | null, base: string) {
  const years = new Map<string, { text: string; href: string; isCurrent: boolean }[]>();
  for (const { month } of months) {
    const year = month.slice(0, 4);
    const text = describeMonth(month).replace(` ${year}`, '');
    const link = { text, href: monthHref(base, month), isCurrent: month === current };
    years.set(year, [...(years.get(year) ?? []), link]);
  }
  return [...years].map(([year, links]) => ({ year, months: links }));
}
