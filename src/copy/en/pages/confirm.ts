/** The page behind the link of a confirmation email, and the results of the link. */
export const CONFIRM_COPY = {
  title: 'Confirm your subscription',
  subscribe: 'Confirm and your subscription starts.',
  firstDigest: ({ day, hour, timezone }: { day: string; hour: string; timezone: string }) =>
    `Confirm and your first digest arrives ${day} at ${hour}, ${timezone}.`,
  today: 'today',
  tomorrow: 'tomorrow',
  onDay: (day: string) => `on ${day}`,
  to: 'To',
  delivery: ({ papers, schedule, topics }: { papers: string; schedule: string; topics: string }) =>
    `${papers} ${schedule}, about: ${topics}.`,
  allTopics: 'all topics',
  papersIn: (minutes: string) => `Papers to read in ${minutes}`,
  topicsOnly: 'Only papers on your topics, or with your keywords or names.',
  noSummaries: 'No summaries by sources.',
  never: (topics: string) => `Never: ${topics}.`,
  keywords: (keywords: string) => `Keywords: ${keywords}.`,
  names: (names: string) => `Authors and organisations: ${names}.`,
  threshold: {
    low: null,
    middle: 'Only when a paper stands out.',
    high: 'Only when a paper is widely discussed or very close to what you like.',
  },
  clicks: 'Clicks on papers will be counted, to learn what you like.',
  changeLater: 'You can change all of this later.',
  sendLatest: (day: string) => `Send me the latest digest right away: ${day}.`,
  button: 'Confirm subscription',
  notYou: 'Didn’t sign up? Close this page and nothing will be sent.',
  signUpAgain: 'Sign up again',
  expired: {
    title: 'This link has expired',
    sentences: ['Nothing is lost. Sign up again and we’ll send you a new link.'],
  },
  unknown: {
    title: 'Page not found',
    sentences: [
      'This link doesn’t exist. Your email program may have cut it off, so copy the whole link.',
    ],
  },
  unsubscribed: {
    title: 'You’ve unsubscribed',
    sentences: ['This link has already been used, and the subscription has since been cancelled.'],
  },
  subscribed: {
    title: 'You’re subscribed',
    schedule: ({ email, schedule }: { email: string; schedule: string }) =>
      `We’ll email papers to ${email} ${schedule}.`,
    pausedUntil: (day: string) => `Nothing is sent before ${day}, as you asked.`,
    nextDigest: (day: string) => `Your next digest arrives on ${day}.`,
    settings: 'Change your settings',
  },
} as const;
