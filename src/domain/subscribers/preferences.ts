import { PaperboyError } from '../errors.ts';
import { cleanText } from '../text/clean-text.ts';
import { truncateInput } from '../text/truncate.ts';
import { findTimezone } from '../time/schedule.ts';
import {
  FREQUENCIES,
  PREFERENCE_LIMITS,
  type Preferences,
  RELEVANCE_THRESHOLDS,
} from './subscriber.ts';

/** Problems by field, each a sentence. */
export type PreferenceProblems = Partial<
  Record<keyof Preferences | 'email' | 'pausedUntil', string>
>;

/** Unchecked values: typed from JSON, but all text from forms and files. */
export type PreferenceInput = Partial<Record<keyof Preferences, unknown>>;

/**
 * Checks the preferences that the input names; the others stay absent.
 * @throws InvalidPreferencesError with every problem.
 */
export function parsePreferences(
  input: PreferenceInput,
  topicSlugs: ReadonlySet<string>,
): Partial<Preferences> {
  const problems: PreferenceProblems = {};
  const read = <Value>(
    name: keyof Preferences,
    check: (raw: unknown) => Value,
  ): Value | undefined => {
    const raw = input[name];
    if (raw === undefined) return undefined;
    try {
      return check(raw);
    } catch (error) {
      problems[name] = (error as Error).message;
      return undefined;
    }
  };
  const preferences = {
    topics: read('topics', (raw) => parseTopics(raw, topicSlugs)),
    topicsOnly: read('topicsOnly', parseBoolean),
    showsSummaries: read('showsSummaries', parseBoolean),
    keywords: read('keywords', (raw) => parsePhrases(raw, PREFERENCE_LIMITS.keywords, 'keyword')),
    names: read('names', (raw) => parsePhrases(raw, PREFERENCE_LIMITS.names, 'name')),
    mutedTopics: read('mutedTopics', (raw) => parseTopics(raw, topicSlugs)),
    frequency: read('frequency', (raw) => parseOneOf(raw, FREQUENCIES, 'frequency')),
    timezone: read('timezone', parseTimezone),
    hour: read('hour', (raw) => parseInteger(raw, PREFERENCE_LIMITS.hour, 'hour')),
    papers: read('papers', (raw) =>
      parseInteger(raw, PREFERENCE_LIMITS.papers, 'number of papers'),
    ),
    minutes: read('minutes', (raw) =>
      raw === null || raw === ''
        ? null
        : parseInteger(raw, PREFERENCE_LIMITS.minutes, 'number of minutes'),
    ),
    relevanceThreshold: read('relevanceThreshold', (raw) =>
      parseOneOf(raw, RELEVANCE_THRESHOLDS, 'relevance_threshold'),
    ),
    allowsClicks: read('allowsClicks', parseBoolean),
  };
  if (Object.keys(problems).length > 0) throw new InvalidPreferencesError(problems);
  return Object.fromEntries(Object.entries(preferences).filter(([, value]) => value !== undefined));
}

/** Every problem with a subscriber's input: `INVALID_EMAIL` when the address is among them. */
export class InvalidPreferencesError extends PaperboyError {
  readonly problems: PreferenceProblems;

  constructor(problems: PreferenceProblems) {
    const code = problems.email === undefined ? 'INVALID_PREFERENCES' : 'INVALID_EMAIL';
    super(code, Object.values(problems).join(' '));
    this.problems = problems;
  }
}

function parseTopics(raw: unknown, slugs: ReadonlySet<string>): string[] {
  const topics = parseStringList(raw, 'topics');
  const unknown = topics.filter((slug) => !slugs.has(slug));
  if (unknown.length > 0) {
    throw new Error(
      `“${truncateInput(unknown.join(', '))}” is not a topic: expected some of ${listSome([...slugs])}.`,
    );
  }
  return [...new Set(topics)];
}

/** A set of topics may have hundreds. */
const MAX_SLUGS_LISTED = 30;

function listSome(slugs: readonly string[]): string {
  const others = slugs.length - MAX_SLUGS_LISTED;
  const listed = slugs.slice(0, MAX_SLUGS_LISTED).join(', ');
  return others > 0 ? `${listed} and ${others} others` : listed;
}

function parsePhrases(
  raw: unknown,
  { max, maxLength }: { max: number; maxLength: number },
  label: string,
): string[] {
  const phrases = [...new Set(parseStringList(raw, `${label}s`).map(cleanText))].filter(
    (phrase) => phrase !== '',
  );
  if (phrases.length > max)
    throw new Error(`${phrases.length} ${label}s are too many: at most ${max}.`);
  const long = phrases.find((phrase) => phrase.length > maxLength);
  if (long !== undefined)
    throw new Error(
      `“${truncateInput(long)}” is too long for a ${label}: at most ${maxLength} characters.`,
    );
  return phrases;
}

function parseStringList(raw: unknown, label: string): string[] {
  if (Array.isArray(raw) && raw.every((entry) => typeof entry === 'string')) return raw;
  throw new Error(`The ${label} must be a list of texts.`);
}

function parseOneOf<Option extends string>(
  raw: unknown,
  choices: readonly Option[],
  label: string,
): Option {
  const found = choices.find((value) => value === raw);
  if (found !== undefined) return found;
  throw new Error(`“${quoteValue(raw)}” is not a valid ${label}: expected ${choices.join(', ')}.`);
}

function parseBoolean(raw: unknown): boolean {
  if (raw === true || raw === 'yes') return true;
  if (raw === false || raw === 'no') return false;
  throw new Error(`“${quoteValue(raw)}” is not a valid answer: expected yes or no.`);
}

function parseTimezone(raw: unknown): string {
  const found = typeof raw === 'string' ? findTimezone(raw) : null;
  if (found !== null) return found;
  throw new Error(
    `“${quoteValue(raw)}” is not a time zone: expected an IANA name such as Europe/Berlin.`,
  );
}

function parseInteger(
  raw: unknown,
  { min, max }: { min: number; max: number },
  label: string,
): number {
  const isNumber = typeof raw === 'number' || (typeof raw === 'string' && /^\d{1,3}$/.test(raw));
  const value = isNumber ? Number(raw) : Number.NaN;
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(
    `“${quoteValue(raw)}” is not a valid ${label}: expected a whole number from ${min} to ${max}.`,
  );
}

function quoteValue(raw: unknown): string {
  return truncateInput(typeof raw === 'string' ? raw : JSON.stringify(raw));
}
