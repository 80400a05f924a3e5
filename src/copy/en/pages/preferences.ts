import type { Frequency, RelevanceThreshold } from '../../../domain/subscribers/subscriber.ts';

/** The settings page. */
export const PREFERENCES_COPY = {
  title: 'Your settings',
  unsubscribe: 'Unsubscribe',
  saved: 'Saved.',
  refused: 'Nothing was saved. The messages in red say why.',
  nextDigest: (day: string) => `Next digest: ${day}.`,
  signedUpOn: (day: string) => `Signed up on ${day}.`,
  save: 'Save changes',
  saveHint:
    'Nothing changes until you save. This page needs no password, so keep its link private.',
  resume: 'Resume now',
  signUpAgain: 'Sign up again',
  /** Follows the link above. */
  signUpAgainHint: 'and confirm to get digests.',
  status: {
    pending: 'Not confirmed yet, so nothing is sent. The confirmation email is in your inbox.',
    unsubscribed: 'You’ve unsubscribed. Nothing is sent.',
    paused: 'Your subscription is paused. Nothing is sent.',
    pausedUntil: (day: string) => `Paused until ${day}.`,
  },
  /** Parts of the sentence that sums up the settings:
   *  `Ten papers on weekdays at 07:00 Berlin time, from two topics.` */
  summary: {
    inactive: 'Your choice: ',
    readIn: (minutes: string) => `${minutes} of reading`,
    on: ' on ',
    at: ' at ',
    from: ', from ',
    only: 'only ',
    allTopics: 'all topics',
    and: ' and ',
    never: ', never on ',
    paper: 'paper',
    minute: 'minute',
    topic: 'topic',
    keyword: 'keyword',
    name: 'name',
    frequency: {
      daily: 'every day',
      weekdays: 'weekdays',
      weekly: 'Mondays',
    } satisfies Record<Frequency, string>,
    threshold: {
      middle: 'when one stands out',
      high: 'when one is widely discussed or very close to what you like',
    } satisfies Record<Exclude<RelevanceThreshold, 'low'>, string>,
  },
  topics: {
    title: 'Topics',
    help: 'Follow a topic to get its papers; follow none to get papers on any topic. Mute a topic to keep it out, even when everyone talks about it.',
    all: 'All topics',
    followed: (count: number) => `${count} followed`,
    onlyFollowed: (count: number) => `Only ${count} followed`,
    muted: (count: number) => `${count} muted`,
    weekColumn: 'A week',
    perWeek: ' a week',
    follow: 'Follow',
    neither: 'Neither',
    mute: 'Mute',
    only: 'Only papers on my topics, or with my keywords or names',
    onlyHelp:
      'Otherwise you also get papers on other topics when they are very similar to papers you liked.',
  },
  phrases: {
    title: 'Keywords',
    help: 'Papers that mention a keyword, or are by an author or organisation, come first, whatever their topic.',
    none: 'None',
    keywords: 'Keywords',
    addKeyword: 'Add a keyword or phrase',
    names: 'Names',
    addName: 'Add an author or organisation',
    add: 'Add',
    addTo: (heading: string) => ` to your ${heading.toLowerCase()}`,
    remove: 'Remove',
    /** While a keyword is typed; site.js puts the number in place of `{count}`. */
    live: {
      notSearchable: ': nothing to search for',
      none: ': none in four weeks',
      lessThanOne: ': less than one paper a week',
      one: ', ≈ 1 paper a week',
      many: ', ≈ {count} papers a week',
    },
    noneInFourWeeks: 'none in four weeks',
    lessThanOne: 'less than one paper a week',
    perWeek: (papers: string) => `≈ ${papers} a week`,
  },
  when: {
    title: 'When',
    help: 'Weekends are quiet because the sources are.',
    frequency: 'How often',
    hour: 'Hour',
    timezone: 'Time zone',
    /** site.js puts the browser's time zone in place of `{zone}`. */
    browserTimezone: '; your browser is in {zone}',
    frequencies: {
      daily: 'Every day',
      weekdays: 'On weekdays',
      weekly: 'Once a week',
    } satisfies Record<Frequency, string>,
    shortFrequencies: {
      daily: 'Daily',
      weekdays: 'Weekdays',
      weekly: 'Mondays',
    } satisfies Record<Frequency, string>,
  },
  amount: {
    title: 'How much',
    help: 'Fewer on a slow day. Never more.',
    legend: 'Papers or minutes in a digest',
    summaries: 'Show summaries that a source has written',
    summariesHelp:
      'Hugging Face, for example, has summaries written by AI. They are always labelled as theirs. Everything else about a paper is in its authors’ words.',
    byMinutes: 'what I can read in',
    minutes: 'Reading time in minutes',
  },
  threshold: {
    title: 'Quiet days',
    help: 'On a day when nothing meets your threshold, nothing is sent, and the next digest says so. Your keywords and names always meet it.',
    legend: 'What a digest needs to be sent',
    options: {
      low: 'Send anything that matches',
      middle: 'Only when a paper stands out',
      high: 'Only when a paper is widely discussed or very close to what you like',
    } satisfies Record<RelevanceThreshold, string>,
    summaries: {
      low: 'Any match',
      middle: 'What stands out',
      high: 'The best only',
    } satisfies Record<RelevanceThreshold, string>,
  },
  pause: {
    title: 'Pause',
    help: 'While you’re away we keep the best papers for your return.',
    until: 'No email until',
    dateFormat: 'YYYY-MM-DD',
    notPaused: 'Not paused',
    paused: 'Paused',
    pausedUntil: (day: string) => `Until ${day}`,
  },
  clicks: {
    title: 'Clicks',
    count: 'Count',
    dontCount: 'Don’t count',
    help: 'Your feedback on papers always counts. The papers you open count only if you want them to.',
    option: 'Learn from the papers I open',
    privacy:
      'Links in your emails then go through this site, which records which paper you opened and when, and nothing else. Otherwise they go straight to the paper.',
  },
  data: {
    title: 'Your data',
    summary: 'Download, delete',
    help: 'Download everything we store about you, or delete it.',
    download: 'Download my data (JSON)',
    feed: 'Your private Atom feed',
    delete: 'Delete my data',
    byEmail: (email: string) =>
      `To download or delete your data, we email a link to ${email} that works for 30 minutes. Anyone who knows the address of your feed can read it.`,
    linkSent: {
      title: 'Check your inbox',
      sentences: ['We’ve sent you an email with a link. It works for 30 minutes.'],
      back: 'Back to your settings',
    },
  },
  /** Full-text search finds no lexeme in the keyword, such as “the”. */
  unsearchableKeyword: (keyword: string) =>
    `“${keyword}” cannot be searched for: expected at least one word that is not as common as “the”.`,
  unknownToken:
    'This link doesn’t work: it was cut off, or its subscriber’s data has been deleted.',
} as const;
