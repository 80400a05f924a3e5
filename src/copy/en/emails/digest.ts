import type { DigestKind } from '../../../domain/digests/digest.ts';
import type { Preferences } from '../../../domain/subscribers/subscriber.ts';
import { describeDigestSchedule, formatQuantity, joinNames, spellNumber } from '../format.ts';
import type { ReasonPeriod } from '../reasons.ts';

/** The text of a digest, as HTML and as plain text. */
export const DIGEST_EMAIL_COPY = {
  readOnline: 'Read on the web',
  settings: 'Settings',
  unsubscribe: 'Unsubscribe',
  issue: 'No.',
  /** `49 papers read, 10 chosen for you.` */
  paperCount: ({ read, chosen }: { read: number; chosen: number }) =>
    `${formatQuantity(read, 'paper')} read, ${chosen} chosen for you.`,
  changeSelection: 'Change',
  changeTopics: 'Change topics',
  darkHorse: 'Dark horse',
  briefs: 'In brief',
  code: 'Code',
  project: 'Project',
  /** The one link on a phone to all kinds of feedback. */
  tune: 'Tune',
  options: 'More, less, mute or save',
  moreLikeThis: 'More like this',
  lessLikeThis: 'Less like this',
  more: 'More',
  less: 'Less',
  save: 'Save',
  muteTopic: 'Mute topic',
  muteTopicLabel: (topic: string) => `Mute topic ${topic}`,
  /** Before the title of the first paper in the subject. */
  subjectBeginnings: {
    daily: '',
    weekly: 'This week: ',
    pause: 'While you were away: ',
  } satisfies Record<ReasonPeriod, string>,
  /** `, and 9 more`: follows it. */
  subjectEnding: (others: number) => (others > 0 ? `, and ${others} more` : ''),
  /** The preheader in parts that spaces separate: the names of papers after the first one, and the
   *  count. */
  preheader: {
    name: (name: string, { isFirst, isLast }: { isFirst: boolean; isLast: boolean }) =>
      `${isFirst ? 'Also ' : ''}${name}${isLast ? '.' : ';'}`,
    withoutNames: ({ day, paperCount }: { day: string; paperCount: string }) =>
      `${day}: ${paperCount}`,
  },
  /** `A four-minute read.` */
  readingTime: (minutes: number) => {
    const spelt = spellNumber(minutes);
    return `${/^(?:8|1[18]|eight|eleven)/.test(spelt) ? 'An' : 'A'} ${spelt}-minute read.`;
  },
  /** Why these papers. Each list is one text; all may be empty. */
  selectionBasis: ({
    topics,
    keywords,
    names,
    hasFeedback,
  }: {
    topics: string;
    keywords: string;
    names: string;
    hasFeedback: boolean;
  }) => {
    const parts = [
      topics === '' ? '' : `for your topics: ${topics}`,
      keywords === '' ? '' : `for your keywords: ${keywords}`,
      names === '' ? '' : `for the names you follow: ${names}`,
      hasFeedback ? 'from your feedback' : '',
    ].filter((part) => part !== '');
    const last = parts.at(-1);
    if (last === undefined) return 'You don’t follow any topics yet, so these are from all topics.';
    const others = parts.slice(0, -1);
    return `Chosen ${others.length === 0 ? last : `${others.join('; ')}; and ${last}`}.`;
  },
  /** `signUp` completes the sentence. */
  subscriptionReason: ({
    siteName,
    preferences,
  }: {
    siteName: string;
    preferences: Pick<Preferences, 'frequency' | 'hour' | 'timezone'>;
  }) => `You get ${siteName} ${describeDigestSchedule(preferences)}, because`,
  /** `day` is that of the sign-up, such as `2 March 2026`; null when it is unknown. */
  signUp: ({ email, day }: { email: string; day: string | null }) =>
    `${email} subscribed${day === null ? '' : ` on ${day}`}.`,
  unsubscribeHint: 'You can unsubscribe with one click.',
  /** Why this mail was sent by an installation without a site. */
  subscriptionReasonWithoutSite: (siteName: string) =>
    `You get ${siteName} because you run “paperboy once” for your own address.`,
  /** How to teach an installation without a site. */
  feedbackHint:
    'To get more or fewer papers like one of these, run “paperboy feedback more” or “paperboy feedback less” with the paper’s link.',
  /** Papers that had no room in the email. */
  omittedPapers: (count: number) => ({
    link: count === 1 ? 'One more of your papers' : `${count} more of your papers`,
    rest: 'didn’t fit in this email: read them on the web.',
  }),
  /** The same without a site. */
  omittedPapersWithoutSite: (count: number) => ({
    link: count === 1 ? 'One more of your papers' : `${count} more of your papers`,
    rest: 'didn’t fit here: the plain text of this email has them.',
  }),
  ending: {
    daily: 'That’s all for today.',
    weekly: 'That’s all for this week.',
  } satisfies Record<DigestKind, string>,
  /** Papers that were not chosen: `The other 39 papers` and `are on our website`. */
  otherPapers: ({ count, kind }: { count: number; kind: DigestKind }) => {
    const place = kind === 'daily' ? 'on our website' : 'in the archive';
    return count === 1
      ? { link: 'The other paper', rest: `is ${place}` }
      : { link: `The other ${formatQuantity(count, 'paper')}`, rest: `are ${place}` };
  },
} as const;

/** Sentences at the top of a digest that explain gaps. */
export const DIGEST_NOTE_COPY = {
  /** Digests that came on days when the subscriber gets none. `days` are weekdays. */
  offDays: (days: readonly string[]) =>
    days.length === 1
      ? `${days[0]}’s issue came out on your day off: it’s in the archive.`
      : `The issues of ${joinNames(days)} came out on your days off: they’re in the archive.`,
  /** Our own outage, or a gap too long to explain. */
  firstSince: (day: string) => `This is the first issue since ${day}.`,
  noPapers: ({ days, reason }: { days: readonly string[]; reason: string }) =>
    `There were no papers on ${joinNames(days)}: ${reason}.`,
  gapReasons: {
    late: 'they reached us late. Those that have arrived since are in this issue',
    weekend: 'arXiv doesn’t publish at weekends',
    holiday: 'arXiv was on holiday',
    none: 'none were published',
  },
  /** Digests that were not sent because nothing in them was relevant. `when` is one of the texts
   *  below, `now` the day or week of this digest. */
  quiet: ({ when, now, hasThreshold }: { when: string; now: string; hasThreshold: boolean }) =>
    `Nothing ${when} ${hasThreshold ? 'met your threshold' : 'matched what you follow'}, so we didn’t write. Here’s ${now}.`,
  lastWeek: 'last week',
  thisWeek: 'this week',
  onDay: (day: string) => `on ${day}`,
  sinceDay: (day: string) => `since ${day}`,
} as const;
