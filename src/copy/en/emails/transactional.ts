import type { Preferences } from '../../../domain/subscribers/subscriber.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../domain/time/units.ts';
import type { TransactionalKind } from '../../../domain/transactional/transactional-email.ts';
import { describeDigestSchedule, formatLongDate, spellNumber } from '../format.ts';

/** The text of a single email, around its one button. */
export interface SingleEmailCopy {
  subject: string;
  heading: string;
  /** Paragraphs. */
  before: string[];
  button: string;
  after: string[];
  /** Further links, at the end. */
  links?: { text: string; url: string }[];
}

/** What the text of a transactional email depends on. */
export interface TransactionalFacts {
  siteName: string;
  /** The recipient's address. */
  email: string;
  preferences: Pick<Preferences, 'frequency' | 'hour' | 'timezone' | 'papers' | 'minutes'>;
  /** Names of the followed topics as one text; empty when there are none. */
  topics: string;
  /** The newest digest of the subscriber's kind. */
  latest: { date: string; number: number; url: string } | null;
  /** How long the link of the button works, in ms. */
  linkLifetimeMs: number;
  /** The papers that the email lists. */
  papers: { count: number; subject: string };
  homeUrl: string;
  preferencesUrl: string;
  /** Where the subscriber chooses from recent papers, and brings others. */
  examplesUrl: string;
  libraryUrl: string;
  unsubscribeUrl: string;
}

/** Labels that every single email has. */
export const SINGLE_EMAIL_COPY = {
  buttonFallback: 'If the button doesn’t work, open this address:',
} as const;

export const TRANSACTIONAL_EMAIL_COPY = {
  confirm: ({ siteName, email, preferences, linkLifetimeMs }) => ({
    subject: `Confirm your subscription to ${siteName}`,
    heading: 'Confirm your subscription',
    before: [
      `Someone, probably you, signed up ${email} for ${siteName}: new research papers, ${describeDigestSchedule(preferences)}. Please confirm that you want it.`,
    ],
    button: 'Confirm subscription',
    after: [
      `The link works for ${describeDuration(linkLifetimeMs)}. If this wasn’t you, ignore this email and nothing will be sent.`,
    ],
  }),
  preferences: ({ siteName, email, preferences }) => ({
    subject: `You’re already subscribed to ${siteName}`,
    heading: 'You’re already subscribed',
    before: [
      `Someone, probably you, signed up ${email} again. You already get ${siteName} ${describeDigestSchedule(preferences)}, and nothing has changed.`,
      'In your settings you can change topics, keywords, days, time and number of papers, or unsubscribe.',
    ],
    button: 'Settings',
    after: ['If this wasn’t you, ignore this email.'],
  }),
  export: ({ siteName, email, linkLifetimeMs }) => ({
    subject: `Your data at ${siteName}`,
    heading: 'Download your data',
    before: [
      `Someone, probably you, asked in the settings of ${email} for a copy of everything that ${siteName} stores about you.`,
    ],
    button: 'Download my data',
    after: [
      `The link works for ${describeDuration(linkLifetimeMs)}. It’s only in this email, so nobody without access to your inbox can get your data.`,
    ],
  }),
  erase: ({ siteName, email, linkLifetimeMs }) => ({
    subject: `Delete your data at ${siteName}`,
    heading: 'Delete your data',
    before: [
      `Someone, probably you, asked in the settings of ${email} to delete your data: your address, your settings, your feedback on papers, and the record of what we sent you.`,
      'We keep only a keyed hash of the address, which tells us not to email it. Deleting can’t be undone.',
    ],
    button: 'Delete my data',
    after: [
      `The link works for ${describeDuration(linkLifetimeMs)}. If this wasn’t you, ignore this email and nothing will be deleted.`,
    ],
  }),
  welcome: (facts) => ({
    subject: `You’re subscribed to ${facts.siteName}`,
    heading: 'You’re subscribed',
    before: [
      `${facts.siteName} comes to ${facts.email} ${describeDigestSchedule(facts.preferences)}: ${describeAmount(facts.preferences)}, ${facts.topics === '' ? 'the best of all topics' : `about ${facts.topics}`}. On days without papers, we send nothing.`,
      'Under each paper you can ask for more or less like it, mute its topic, or save it. Every answer improves your next issue.',
    ],
    button: 'Settings',
    after: [
      'Change your topics, keywords, days, time and number of papers there. No login needed.',
    ],
    links: [
      {
        text: 'Choose a few papers you like, for better digests from the start',
        url: facts.examplesUrl,
      },
      { text: 'Bring your library: BibTeX, Zotero, arXiv IDs', url: facts.libraryUrl },
      ...(facts.latest === null
        ? []
        : [{ text: `The latest issue, ${describeIssue(facts.latest)}`, url: facts.latest.url }]),
      { text: 'Unsubscribe', url: facts.unsubscribeUrl },
    ],
  }),
  goodbye: ({ siteName, email, preferences, linkLifetimeMs, preferencesUrl, homeUrl }) => ({
    subject: `You’ve unsubscribed from ${siteName}`,
    heading: 'You’ve unsubscribed',
    before: [
      `We won’t send ${siteName} to ${email} any more. Was it too much? You can also get just three papers, once a week.`,
    ],
    button: 'Subscribe again',
    after: [
      `Confirm on the page that opens and ${siteName} comes as before, ${describeDigestSchedule(preferences)}. The link works for ${describeDuration(linkLifetimeMs)}. Use it too if someone else unsubscribed you.`,
    ],
    links: [
      { text: 'Change what you get, and when', url: preferencesUrl },
      { text: 'Read today’s papers on the web', url: homeUrl },
    ],
  }),
  return: ({ siteName, email, preferences, papers, unsubscribeUrl }) => ({
    subject: papers.subject,
    heading: 'You were away. The papers were not.',
    before: [
      `Your pause is over: ${siteName} comes to ${email} again, ${describeDigestSchedule(preferences)}. ${describeBestPapers(papers.count)}`,
    ],
    button: 'Settings',
    after: ['To pause for longer, choose another date there.'],
    links: [{ text: 'Unsubscribe', url: unsubscribeUrl }],
  }),
} as const satisfies Record<TransactionalKind, (facts: TransactionalFacts) => SingleEmailCopy>;

/** `at most ten papers` or `twelve minutes of reading`. */
function describeAmount({ papers, minutes }: Pick<Preferences, 'papers' | 'minutes'>): string {
  if (minutes !== null)
    return `${spellNumber(minutes)} minute${minutes === 1 ? '' : 's'} of reading`;
  return papers === 1 ? 'one paper' : `at most ${spellNumber(papers)} papers`;
}

function describeIssue({ date, number }: { date: string; number: number }): string {
  return `${formatLongDate(date)}, No. ${number}`;
}

function describeBestPapers(count: number): string {
  if (count === 0) return 'While you were away, no papers matched what you follow.';
  return count === 1
    ? 'Of the papers from your time away, this is the one you shouldn’t miss.'
    : `Of the papers from your time away, these ${spellNumber(count)} match you best.`;
}

/** `30 minutes`, `48 hours`, `30 days`. */
function describeDuration(ms: number): string {
  if (ms < 2 * HOUR_MS) return `${ms / MINUTE_MS} minutes`;
  return ms < 5 * DAY_MS ? `${Math.floor(ms / HOUR_MS)} hours` : `${Math.floor(ms / DAY_MS)} days`;
}
