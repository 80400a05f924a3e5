import { PaperboyError } from './errors.ts';
import { findTimezone } from './schedule.ts';
import { BARS, FREQUENCIES, PREFERENCE_LIMITS, type Preferences } from './subscriber.ts';
import { cleanText } from './text.ts';

/** Problems by the name of the field, each a sentence. */
export type Problems = Partial<Record<keyof Preferences | 'email' | 'pausedUntil', string>>;

/** Raw answers: from JSON already of the right type, from forms and files all text. */
export type PreferenceAnswers = Partial<Record<keyof Preferences, unknown>>;

/**
 * The preferences that are named, checked. Names that are absent stay absent.
 * @throws PaperboyError `INVALID_PREFERENCES` with every problem; `problemsOf` tells them by field.
 */
export function readPreferences(
  answers: PreferenceAnswers,
  topicSlugs: ReadonlySet<string>,
): Partial<Preferences> {
  const problems: Problems = {};
  const read = <Value>(
    name: keyof Preferences,
    check: (answer: unknown) => Value,
  ): Value | undefined => {
    const answer = answers[name];
    if (answer === undefined) return undefined;
    try {
      return check(answer);
    } catch (error) {
      problems[name] = (error as Error).message;
      return undefined;
    }
  };
  const preferences = {
    topics: read('topics', (answer) => topicList(answer, topicSlugs)),
    keywords: read('keywords', (answer) =>
      phraseList(answer, PREFERENCE_LIMITS.keywords, 'keyword'),
    ),
    names: read('names', (answer) => phraseList(answer, PREFERENCE_LIMITS.names, 'name')),
    mutedTopics: read('mutedTopics', (answer) => topicList(answer, topicSlugs)),
    frequency: read('frequency', (answer) => oneOf(answer, FREQUENCIES, 'frequency')),
    timezone: read('timezone', timezone),
    hour: read('hour', (answer) => wholeNumber(answer, PREFERENCE_LIMITS.hour, 'hour')),
    papers: read('papers', (answer) =>
      wholeNumber(answer, PREFERENCE_LIMITS.papers, 'number of papers'),
    ),
    minutes: read('minutes', (answer) =>
      answer === null || answer === ''
        ? null
        : wholeNumber(answer, PREFERENCE_LIMITS.minutes, 'number of minutes'),
    ),
    bar: read('bar', (answer) => oneOf(answer, BARS, 'bar')),
    allowsClicks: read('allowsClicks', yesOrNo),
  };
  if (Object.keys(problems).length > 0) throw new InvalidPreferences(problems);
  return Object.fromEntries(Object.entries(preferences).filter(([, value]) => value !== undefined));
}

export class InvalidPreferences extends PaperboyError {
  readonly problems: Problems;

  constructor(problems: Problems) {
    super('INVALID_PREFERENCES', Object.values(problems).join(' '));
    this.problems = problems;
  }
}

function topicList(answer: unknown, slugs: ReadonlySet<string>): string[] {
  const topics = listOf(answer, 'topics');
  const unknown = topics.filter((slug) => !slugs.has(slug));
  if (unknown.length > 0) {
    throw new Error(
      `“${shorten(unknown.join(', '))}” is no topic: expected some of ${[...slugs].join(', ')}.`,
    );
  }
  return [...new Set(topics)];
}

function phraseList(
  answer: unknown,
  { max, maxLength }: { max: number; maxLength: number },
  what: string,
): string[] {
  const phrases = [...new Set(listOf(answer, `${what}s`).map(cleanText))].filter(
    (phrase) => phrase !== '',
  );
  if (phrases.length > max)
    throw new Error(`${phrases.length} ${what}s are too many: at most ${max}.`);
  const long = phrases.find((phrase) => phrase.length > maxLength);
  if (long !== undefined)
    throw new Error(
      `“${shorten(long)}” is too long for a ${what}: at most ${maxLength} characters.`,
    );
  return phrases;
}

function listOf(answer: unknown, what: string): string[] {
  if (Array.isArray(answer) && answer.every((entry) => typeof entry === 'string')) return answer;
  throw new Error(`The ${what} must be a list of texts.`);
}

function oneOf<Choice extends string>(
  answer: unknown,
  choices: readonly Choice[],
  what: string,
): Choice {
  const found = choices.find((value) => value === answer);
  if (found !== undefined) return found;
  throw new Error(`“${show(answer)}” is no ${what}: expected ${choices.join(', ')}.`);
}

function yesOrNo(answer: unknown): boolean {
  if (answer === true || answer === 'yes') return true;
  if (answer === false || answer === 'no') return false;
  throw new Error(`“${show(answer)}” is no answer: expected yes or no.`);
}

function timezone(answer: unknown): string {
  const found = typeof answer === 'string' ? findTimezone(answer) : null;
  if (found !== null) return found;
  throw new Error(
    `“${show(answer)}” is no time zone: expected an IANA name such as Europe/Berlin.`,
  );
}

function wholeNumber(
  answer: unknown,
  { min, max }: { min: number; max: number },
  what: string,
): number {
  const isNumber =
    typeof answer === 'number' || (typeof answer === 'string' && /^\d{1,3}$/.test(answer));
  const value = isNumber ? Number(answer) : Number.NaN;
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(
    `“${show(answer)}” is no ${what}: expected a whole number from ${min} to ${max}.`,
  );
}

function show(answer: unknown): string {
  return shorten(typeof answer === 'string' ? answer : JSON.stringify(answer));
}

function shorten(text: string): string {
  const plain = cleanText(text);
  return plain.length > 60 ? `${plain.slice(0, 57)}…` : plain;
}
