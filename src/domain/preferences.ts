import { PaperboyError } from './errors.ts';
import { findTimezone } from './schedule.ts';
import { FREQUENCIES, type Frequency, PREFERENCE_LIMITS, type Preferences } from './subscriber.ts';
import { cleanText } from './text.ts';

/** Problems by the name of the field, each a sentence. */
export type Problems = Partial<Record<keyof Preferences | 'email', string>>;

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
    keywords: read('keywords', keywordList),
    frequency: read('frequency', frequency),
    timezone: read('timezone', timezone),
    hour: read('hour', (answer) => wholeNumber(answer, PREFERENCE_LIMITS.hour, 'hour')),
    papers: read('papers', (answer) =>
      wholeNumber(answer, PREFERENCE_LIMITS.papers, 'number of papers'),
    ),
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

function keywordList(answer: unknown): string[] {
  const { max, maxLength } = PREFERENCE_LIMITS.keywords;
  const keywords = [...new Set(listOf(answer, 'keywords').map(cleanText))].filter(
    (keyword) => keyword !== '',
  );
  if (keywords.length > max)
    throw new Error(`${keywords.length} keywords are too many: at most ${max}.`);
  const long = keywords.find((keyword) => keyword.length > maxLength);
  if (long !== undefined)
    throw new Error(
      `“${shorten(long)}” is too long for a keyword: at most ${maxLength} characters.`,
    );
  return keywords;
}

function listOf(answer: unknown, what: string): string[] {
  if (Array.isArray(answer) && answer.every((entry) => typeof entry === 'string')) return answer;
  throw new Error(`The ${what} must be a list of texts.`);
}

function frequency(answer: unknown): Frequency {
  const found = FREQUENCIES.find((value) => value === answer);
  if (found) return found;
  throw new Error(`“${show(answer)}” is no frequency: expected ${FREQUENCIES.join(', ')}.`);
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
