import type { Preferences } from '../../domain/subscribers/subscriber.ts';
import { describeDigestSchedule, formatLongDate, spellNumber } from '../../domain/text/format.ts';
import { MINUTE_MS } from '../../domain/time/units.ts';
import {
  TRANSACTIONAL_LINK_LIFETIME_MS,
  type TransactionalKind,
} from '../../domain/transactional/transactional-email.ts';
import { formatDigestSubject } from '../digests/digest-copy.ts';
import { toSingleLine, truncateText } from '../encoding/printable.ts';

/** What a letter says, around its one button. */
export interface TransactionalCopy {
  subject: string;
  heading: string;
  before: string[];
  button: string;
  after: string[];
  /** Links besides, below. */
  links?: { text: string; url: string }[];
}

export interface TransactionalFacts {
  siteName: string;
  /** The address that the letter is about. */
  email: string;
  preferences: Pick<Preferences, 'frequency' | 'hour' | 'timezone' | 'papers' | 'minutes'>;
  /** Names of the followed topics. */
  topicNames: readonly string[];
  /** The newest digest of the reader's kind. */
  latest: { date: string; number: number; url: string } | null;
  /** Names of the papers that it brings, the best first. */
  paperNames: readonly string[];
  homeUrl: string;
  preferencesUrl: string;
  unsubscribeUrl: string;
}

/** What a letter of `kind` says. */
export function createTransactionalCopy(
  kind: TransactionalKind,
  facts: TransactionalFacts,
): TransactionalCopy {
  return COPY_BY_KIND[kind](facts);
}

const COPY_BY_KIND = {
  confirm: ({ siteName, email, preferences }) => ({
    subject: `Confirm that you want ${siteName}`,
    heading: `One press and ${siteName} comes ${describeDigestSchedule(preferences)}.`,
    before: [
      `Somebody, most likely you, asked ${siteName} to send research papers to ${email}. The link opens a page with one button; pressing that starts the delivery.`,
    ],
    button: 'Confirm',
    after: [
      `The link works for ${describeLifetime('confirm')}. If it was not you, do nothing: without the press, nothing is delivered.`,
    ],
  }),
  preferences: ({ siteName, email, preferences }) => ({
    subject: `You already get ${siteName}`,
    heading: `You already get ${siteName}.`,
    before: [
      `Somebody, most likely you, signed up ${email} once more. It is set to come ${describeDigestSchedule(preferences)}, and nothing about that was changed.`,
      'Topics, words, days, hour and number of papers are on your preferences page. So is the way out.',
    ],
    button: 'Preferences',
    after: ['If it was not you, do nothing.'],
  }),
  export: ({ siteName, email }) => ({
    subject: `What ${siteName} stores about you`,
    heading: 'All that is stored about you, in one file.',
    before: [
      `On the preferences page of ${email}, somebody, most likely you, asked for a copy of everything that ${siteName} stores about it.`,
    ],
    button: 'Get the file',
    after: [
      `The link works for ${describeLifetime('export')}. Only this mail holds it, so whoever asked gets nothing without your inbox.`,
    ],
  }),
  erase: ({ siteName, email }) => ({
    subject: `Erase what ${siteName} stores about you`,
    heading: `One press and ${siteName} forgets you.`,
    before: [
      `On the preferences page of ${email}, somebody, most likely you, asked to erase it. What goes: the address, your preferences, what you told us about papers, and the record of what you were sent.`,
      'What stays is a keyed hash of the address. It says only that no mail goes there. Erasing cannot be undone.',
    ],
    button: 'Erase everything',
    after: [
      `The link works for ${describeLifetime('erase')}. If it was not you, do nothing, and nothing is erased.`,
    ],
  }),
  welcome: (facts) => ({
    subject: `${facts.siteName} comes ${describeDigestSchedule(facts.preferences)}`,
    heading: 'Your delivery has started.',
    before: [
      `${facts.siteName} comes to ${facts.email} ${describeDigestSchedule(facts.preferences)}: ${describeAmount(facts.preferences)}, ${describeFollowedTopics(facts.topicNames)}. On a day without papers, nothing comes.`,
      'Under each paper you can ask for more or less of its kind, mute its topic, or save it. That is how the choice becomes yours.',
    ],
    button: 'Preferences',
    after: ['Days, hour, number of papers, topics and words are changed there, without a login.'],
    links: [
      ...(facts.latest === null
        ? []
        : [
            {
              text: `The latest edition, ${describeDigestIssue(facts.latest)}`,
              url: facts.latest.url,
            },
          ]),
      { text: 'Unsubscribe', url: facts.unsubscribeUrl },
    ],
  }),
  goodbye: ({ siteName, email, preferences, preferencesUrl, homeUrl }) => ({
    subject: `The delivery of ${siteName} has stopped`,
    heading: 'The delivery has stopped.',
    before: [
      `Nothing more goes to ${email}. If it was the number of papers: three, once a week, is also possible.`,
    ],
    button: 'Start again',
    after: [
      `One press on that page, and ${siteName} comes as before, ${describeDigestSchedule(preferences)}. The link works for ${describeLifetime('goodbye')}, also if it was somebody else who stopped the delivery.`,
    ],
    links: [
      { text: 'Change what comes, and when', url: preferencesUrl },
      { text: 'The papers of the day, without mail', url: homeUrl },
    ],
  }),
  return: ({ siteName, email, preferences, paperNames, unsubscribeUrl }) => ({
    subject: formatDigestSubject(paperNames[0] ?? siteName, paperNames.length),
    heading: 'You were away. The papers were not.',
    before: [
      `Your pause is over: ${siteName} comes to ${email} again, ${describeDigestSchedule(preferences)}. ${describeBestPapers(paperNames.length)}`,
    ],
    button: 'Preferences',
    after: ['To be away for longer, set another day there.'],
    links: [{ text: 'Unsubscribe', url: unsubscribeUrl }],
  }),
} satisfies Record<TransactionalKind, (facts: TransactionalFacts) => TransactionalCopy>;

/** `at most ten papers` or `twelve minutes of reading`. */
function describeAmount({ papers, minutes }: Pick<Preferences, 'papers' | 'minutes'>): string {
  if (minutes !== null)
    return `${spellNumber(minutes)} minute${minutes === 1 ? '' : 's'} of reading`;
  return papers === 1 ? 'one paper' : `at most ${spellNumber(papers)} papers`;
}

function describeFollowedTopics(topicNames: readonly string[]): string {
  return topicNames.length === 0
    ? 'the best of every topic'
    : `about ${truncateText(topicNames.map(toSingleLine).join('; '), MAX_TOPICS)}`;
}

function describeDigestIssue({ date, number }: { date: string; number: number }): string {
  return `${formatLongDate(date)}, No. ${number}`;
}

function describeBestPapers(count: number): string {
  if (count === 0) return 'Nothing of it would have come to you.';
  return count === 1
    ? 'This is the one that you should not miss.'
    : `Of what came meanwhile, these ${spellNumber(count)} are most yours.`;
}

function describeLifetime(kind: TransactionalKind): string {
  const minutes = TRANSACTIONAL_LINK_LIFETIME_MS[kind] / MINUTE_MS;
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.floor(minutes / 60);
  return hours < 120 ? `${hours} hours` : `${Math.floor(hours / 24)} days`;
}

/** In characters. */
const MAX_TOPICS = 600;
