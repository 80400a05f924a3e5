import type { DigestKind } from '../../../domain/digests/digest.ts';
import { formatQuantity } from '../format.ts';

const KINDS = { daily: 'Daily', weekly: 'Weekly' } satisfies Record<DigestKind, string>;

/** The archive of digests, and a subscriber's own copy of one. */
export const DIGESTS_COPY = {
  archive: 'Archive',
  archiveOf: (month: string) => `Archive, ${month}`,
  description: 'Every digest, as it was composed.',
  empty: 'No digests yet. The first one appears here on the morning it is composed.',
  emptyMonth: 'There were no digests this month.',
  count: (count: number) => `${formatQuantity(count, 'digest')}.`,
  columns: { day: 'Day', digest: 'Digest', number: 'No.', papers: 'Papers' },
  monthsLabel: 'Months',
  digestsLabel: 'Digests',
  allDigests: 'All digests',
  kinds: KINDS,
  weekBefore: (day: string) => `The week before ${day}`,
  titleWithNumber: (title: string, number: number) => `${title}, No. ${number}`,
  digestDescription: ({ kind, day, total }: { kind: DigestKind; day: string; total: number }) =>
    `The ${kind} digest of ${day}: ${formatQuantity(total, 'paper')}, in that morning’s order.`,
  summary: ({ kind, number, total }: { kind: DigestKind; number: number; total: number }) =>
    `${KINDS[kind]} No. ${number}. ${formatQuantity(total, 'paper')}, in that morning’s order. Each subscriber gets their own selection.`,
  noPapers: 'This digest has no papers.',
  unlisted: (count: number) => `And ${formatQuantity(count, 'more paper')}`,
  delivery: {
    summary: ({
      kind,
      number,
      total,
      chosen,
    }: {
      kind: DigestKind;
      number: number;
      total: number;
      chosen: number;
    }) =>
      `${KINDS[kind]} No. ${number}. ${formatQuantity(total, 'paper')} read, ${chosen} chosen for you.`,
    darkHorse: 'Dark horse',
    inBrief: 'In brief',
    more: 'More like this',
    less: 'Less',
    save: 'Save',
    mute: 'Mute topic',
    labelFor: (action: string, subject: string) => `${action}: ${subject}`,
    otherPapers: (count: number) => `The other ${formatQuantity(count, 'paper')}`,
    unsubscribe: 'Unsubscribe',
    notFound:
      'There is no digest behind this link. The link may have been cut off, or the papers haven’t been chosen yet.',
  },
  feedTitle: (siteName: string) => `${siteName}: chosen for you`,
  feedNotFound: 'The address of a private feed ends in .xml.',
  invalidDate: (date: string) => `“${date}” is not a date: expected one such as 2026-05-08.`,
  notFound: (kind: DigestKind, date: string) => `There is no ${kind} digest of ${date}.`,
} as const;
