/**
 * The text around the sign-up form's button. A consent records exactly this text (GDPR Art. 7(1)).
 */
const SIGN_UP_FORM_COPY = {
  promise: 'One email a day with the papers on your topics, and a line on why each one is there.',
  button: 'Subscribe',
  library:
    'Once you’ve confirmed, you can bring your library: BibTeX, RIS, Zotero, Mendeley or a list of papers.',
  terms: 'We’ll ask you to confirm first. You can unsubscribe with one click.',
} as const;

/** What a subscriber agreed to, by channel: stored with the consent. */
export const CONSENT_WORDING = {
  form: `${SIGN_UP_FORM_COPY.promise} [${SIGN_UP_FORM_COPY.button}] ${SIGN_UP_FORM_COPY.terms}`,
  api: 'Requested through the API. The confirmation email says what will be sent and when.',
  email:
    'Requested with the link “Subscribe again” in the email that confirmed the unsubscription.',
  owner: 'The operator’s own address, from the file of “paperboy once”.',
} as const;

/** The sign-up form and the page that follows it. */
export const SIGN_UP_COPY = {
  form: {
    ...SIGN_UP_FORM_COPY,
    title: 'Ten of these, chosen for you, before breakfast.',
    email: 'Deliver to',
    emailPlaceholder: 'you@example.org',
    papers: 'up to',
    frequency: 'How often',
    hour: 'at',
    timezone: 'Time zone',
    topics: 'about',
    moreTopics: (count: number) => `${count} more`,
  },
  /** The answer of an installation that one person runs for themselves. */
  closed: 'This site is private: it sends email only to its owner, so nobody else can sign up.',
  nothingSent: (problem: string) => `${problem} Nothing was sent.`,
  checkInbox: {
    title: 'Check your inbox',
    sentences: (email: string) => [
      `We’ve sent an email to ${email}. Click the button in it to confirm your subscription.`,
      'If it doesn’t arrive within a few minutes, check your spam folder. We send at most one confirmation email an hour.',
    ],
  },
} as const;
