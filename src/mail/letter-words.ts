import { describeWhen } from '../domain/describe.ts';
import { LETTER_LIFETIME_MS, type LetterKind } from '../domain/letter.ts';
import type { Preferences } from '../domain/subscriber.ts';

/** What a letter says, around its one link. */
export interface LetterWords {
  subject: string;
  heading: string;
  before: string[];
  button: string;
  after: string[];
}

export interface LetterFacts {
  siteName: string;
  /** The address that the letter is about. */
  email: string;
  preferences: Pick<Preferences, 'frequency' | 'hour' | 'timezone'>;
}

/** What a letter of `kind` says. */
export function wordsOf(kind: LetterKind, facts: LetterFacts): LetterWords {
  return WORDS[kind](facts);
}

const WORDS = {
  confirm: ({ siteName, email, preferences }) => ({
    subject: `Confirm that you want ${siteName}`,
    heading: `One press and ${siteName} comes ${describeWhen(preferences)}.`,
    before: [
      `Somebody, most likely you, asked ${siteName} to send research papers to ${email}. The link opens a page with one button; pressing that starts the delivery.`,
    ],
    button: 'Confirm',
    after: [
      `The link works for ${lifetimeOf('confirm')}. If it was not you, do nothing: without the press, nothing is delivered.`,
    ],
  }),
  preferences: ({ siteName, email, preferences }) => ({
    subject: `You already get ${siteName}`,
    heading: `You already get ${siteName}.`,
    before: [
      `Somebody, most likely you, signed up ${email} once more. It is set to come ${describeWhen(preferences)}, and nothing about that was changed.`,
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
      `The link works for ${lifetimeOf('export')}. Only this mail holds it, so whoever asked gets nothing without your inbox.`,
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
      `The link works for ${lifetimeOf('erase')}. If it was not you, do nothing, and nothing is erased.`,
    ],
  }),
} satisfies Record<LetterKind, (facts: LetterFacts) => LetterWords>;

function lifetimeOf(kind: LetterKind): string {
  const minutes = LETTER_LIFETIME_MS[kind] / 60_000;
  return minutes < 120 ? `${minutes} minutes` : `${Math.floor(minutes / 60)} hours`;
}
