/** The page behind an unsubscribe link, before and after the click. */
export const UNSUBSCRIBE_COPY = {
  title: 'Unsubscribe',
  stopSendingTo: 'We’ll stop sending papers to',
  button: 'Unsubscribe',
  alternatives: 'Or get fewer emails',
  threeWeekly: 'Three papers, once a week',
  pause: 'Pause for two weeks',
  untilDay: (day: string) => `until ${day}. Then you get the best of what you missed.`,
  done: {
    title: 'You’ve unsubscribed',
    tooMany: 'Too many papers? You can also get just three, once a week.',
    nothingMore: 'We won’t send anything more to',
    settings: 'Your settings',
  },
  unknownLink: {
    title: 'No subscription found',
    sentences: [
      'There is no subscription behind this link, so nothing is sent.',
      'Do you still get our emails? Then copy the whole unsubscribe link from the newest one.',
    ],
  },
} as const;
