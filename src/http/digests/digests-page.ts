import { formatLongDate } from '../../copy/en/format.ts';
import { DIGESTS_COPY } from '../../copy/en/pages/digests.ts';
import type { ArchiveMonth } from '../../services/digests/read-archive.ts';
import { describeMonth } from '../pages/days.ts';
import { digestHref, monthHref } from '../pages/hrefs.ts';
import type { PageLayouts } from '../pages/page-layout.ts';

/** A month of the archive, and links to the others. */
export function buildDigestsPage({ month, months, digests }: ArchiveMonth, layouts: PageLayouts) {
  const { base } = layouts;
  const isNewest = month === (months[0]?.month ?? null);
  return {
    layout: layouts.create({
      title:
        month === null || isNewest
          ? DIGESTS_COPY.archive
          : DIGESTS_COPY.archiveOf(describeMonth(month)),
      description: DIGESTS_COPY.description,
      publicPath: month === null || isNewest ? '/digests' : monthHref('', month),
    }),
    isEmpty: months.length === 0,
    isQuiet: digests.length === 0,
    month: month === null ? null : describeMonth(month),
    summary: DIGESTS_COPY.count(digests.length),
    digests: digests.map((digest) => ({
      href: digestHref(base, digest),
      date: formatLongDate(digest.date),
      kind: DIGESTS_COPY.kinds[digest.kind],
      number: digest.number,
      papers: digest.papers,
    })),
    years: groupMonthsByYear(months, month, base),
    hasOtherMonths: months.length > 1,
  };
}

/** The months grouped by year, newest first. */
function groupMonthsByYear(months: ArchiveMonth['months'], current: string | null, base: string) {
  const years = new Map<string, { text: string; href: string; isCurrent: boolean }[]>();
  for (const { month } of months) {
    const year = month.slice(0, 4);
    const text = describeMonth(month).replace(` ${year}`, '');
    const link = { text, href: monthHref(base, month), isCurrent: month === current };
    years.set(year, [...(years.get(year) ?? []), link]);
  }
  return [...years].map(([year, links]) => ({ year, months: links }));
}
