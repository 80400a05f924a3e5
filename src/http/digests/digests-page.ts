import { formatLongDate, formatQuantity } from '../../domain/text/format.ts';
import { describeMonth } from '../pages/days.ts';
import { digestHref, monthHref } from '../pages/hrefs.ts';
import type { PageLayouts } from '../pages/page-layout.ts';
import type { DigestsView } from '../pages/views.ts';

/** A month of the archive, and the way to the others. */
export function buildDigestsPage({ month, months, digests }: DigestsView, layouts: PageLayouts) {
  const { base } = layouts;
  const isNewest = month === (months[0]?.month ?? null);
  return {
    layout: layouts.create({
      title: month === null || isNewest ? 'Archive' : `Archive, ${describeMonth(month)}`,
      description: 'Every edition, as it was composed.',
      publicPath: month === null || isNewest ? '/digests' : monthHref('', month),
    }),
    isEmpty: months.length === 0,
    isQuiet: digests.length === 0,
    month: month === null ? null : describeMonth(month),
    summary: `${formatQuantity(digests.length, 'edition')}.`,
    digests: digests.map((digest) => ({
      href: digestHref(base, digest),
      date: formatLongDate(digest.date),
      kind: digest.kind === 'weekly' ? 'Weekly' : 'Daily',
      number: digest.number,
      papers: digest.papers,
    })),
    years: groupMonthsByYear(months, month, base),
    hasOtherMonths: months.length > 1,
  };
}

/** Months below their years, newest first. */
function groupMonthsByYear(months: DigestsView['months'], current: string | null, base: string) {
  const years = new Map<string, { text: string; href: string; isCurrent: boolean }[]>();
  for (const { month } of months) {
    const year = month.slice(0, 4);
    const text = describeMonth(month).replace(` ${year}`, '');
    const link = { text, href: monthHref(base, month), isCurrent: month === current };
    years.set(year, [...(years.get(year) ?? []), link]);
  }
  return [...years].map(([year, links]) => ({ year, months: links }));
}
