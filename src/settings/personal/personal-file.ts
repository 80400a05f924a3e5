import { resolve } from 'node:path';
import { PaperboyError } from '../../domain/errors.ts';
import { normaliseAddress } from '../../domain/subscribers/email-address.ts';
import type { Preferences } from '../../domain/subscribers/subscriber.ts';
import type { SubscriberInput } from '../../domain/subscribers/subscriber-changes.ts';
import { truncateInput } from '../../domain/text/truncate.ts';
import { parseBaseUrl, parseHeaderText, parseMailbox } from '../setting-parsers.ts';
import { parseSourceList } from '../source-settings.ts';
import {
  formatAccountUrl,
  MAIL_ACCOUNT_KEYS,
  type MailAccountInput,
  type MailAccountProblem,
} from './mail-account.ts';
import { readYamlMap, type YamlMap } from './yaml-file.ts';

/** What the file of a person who runs Paperboy for themselves says. */
export interface PersonalSetUp {
  /** The address that gets the digest. */
  email: string;
  /** Not checked yet: which topics there are is in the database. */
  preferences: SubscriberInput;
  /** Ids, links or titles of papers that the person likes. */
  liked: readonly string[];
  /** Paths of files with the person's library. */
  library: readonly string[];
  /** As variables of the environment, which they replace. */
  settings: Readonly<Record<string, string>>;
}

/** The preferences by their keys in the file. The hour is missing, because whoever runs the command
 *  chooses it, and so is `allowsClicks`, which needs a site. */
const PREFERENCE_KEYS = {
  topics: 'topics',
  topics_only: 'topicsOnly',
  muted_topics: 'mutedTopics',
  keywords: 'keywords',
  names: 'names',
  papers: 'papers',
  minutes: 'minutes',
  relevance_threshold: 'relevanceThreshold',
  frequency: 'frequency',
  timezone: 'timezone',
} as const satisfies Record<string, keyof Preferences>;
type PreferenceKey = keyof typeof PREFERENCE_KEYS;

const TEXT_KEYS = ['email', 'title', 'public_url'] as const;
/** Commas separate their entries as well. */
const WORD_LIST_KEYS = ['topics', 'muted_topics', 'sources'] as const;
const LIST_KEYS = [...WORD_LIST_KEYS, 'keywords', 'names', 'library', 'liked'] as const;

/** Every key at the top of the file. */
const PERSONAL_FILE_KEYS: readonly string[] = [
  ...new Set<string>([...TEXT_KEYS, ...Object.keys(PREFERENCE_KEYS), ...LIST_KEYS, 'smtp']),
];

/** In characters. */
const MAX_FILE_LENGTH = 100_000;
const MAX_LIST_LENGTH = 1_000;

interface FileContext {
  /** The folder of the file: paths are relative to it. */
  folder: string;
  /** SMTP_PASSWORD of the environment. */
  password: string | undefined;
}

/**
 * Reads a personal file, YAML or JSON.
 * @throws PaperboyError `INVALID_PERSONAL_FILE` that lists every problem with its line and key.
 */
export function parsePersonalFile(text: string, context: FileContext): PersonalSetUp {
  const problems: string[] = [];
  const map = readTop(text);
  const read = createReader(map, problems, PERSONAL_FILE_KEYS);
  const email = read.parsed('email', (typed) => normaliseAddress(typed).email);
  if (email === null && !map.values.has('email'))
    problems.push('email is missing: expected the address that gets the digest.');
  const setUp: PersonalSetUp = {
    email: email ?? '',
    preferences: readPreferences(read),
    liked: read.list('liked') ?? [],
    library: (read.list('library') ?? []).map((path) => resolve(context.folder, path)),
    settings: {
      ...readSettings(read, email ?? ''),
      ...(map.values.has('smtp') &&
        readAccount(
          map,
          { email: email ?? '', title: read.text('title') },
          { ...context, problems },
        )),
    },
  };
  if (problems.length === 0) return setUp;
  throw createFileError(problems);
}

/** Names the key of a problem with a preference as the file does. */
export function findPreferenceKey(name: string): string {
  const entry = Object.entries(PREFERENCE_KEYS).find(([, preference]) => preference === name);
  return entry?.[0] ?? name;
}

/** An error that lists problems with the file. */
export function createFileError(problems: readonly string[]): PaperboyError {
  const list = problems.map((problem) => `  ${problem}`).join('\n');
  return new PaperboyError(
    'INVALID_PERSONAL_FILE',
    `The file cannot be used:\n${list}\n“paperboy once --init” writes an example with every key.`,
  );
}

function readTop(text: string): YamlMap {
  if (text.length > MAX_FILE_LENGTH)
    throw createFileError([
      `It has ${text.length} characters: expected at most ${MAX_FILE_LENGTH}.`,
    ]);
  try {
    return readYamlMap(text);
  } catch (error) {
    throw createFileError([`${(error as Error).message}.`]);
  }
}

interface KeyReader {
  /** Adds a problem. */
  reject(key: string, problem: string): void;
  text(key: string): string | undefined;
  list(key: string): string[] | undefined;
  /** Null when the key is absent or wrong. */
  parsed<Value>(key: string, parse: (text: string) => Value): Value | null;
}

/** Reads keys of a map; an empty value counts as none. Unknown keys are problems. */
function createReader(map: YamlMap, problems: string[], known: readonly string[]): KeyReader {
  const reject = (key: string, problem: string) =>
    void problems.push(`line ${map.lineOf(key)}, ${truncateInput(key)}: ${problem}`);
  for (const key of map.values.keys()) {
    if (known.includes(key)) continue;
    if (key === 'password') reject(key, NO_PASSWORDS);
    else reject(key, `there is no such key: expected some of ${known.join(', ')}.`);
  }
  const text = (key: string) => {
    const value = map.values.get(key) ?? '';
    if (typeof value === 'string') return value.trim() || undefined;
    reject(key, 'expected one value, not a list.');
    return undefined;
  };
  return {
    reject,
    text,
    list: (key) => {
      const value = map.values.get(key) ?? '';
      const entries = typeof value === 'string' ? [value] : value;
      if (!Array.isArray(entries) || entries.some((each) => typeof each !== 'string')) {
        reject(key, 'expected a list of texts.');
        return undefined;
      }
      if (entries.length > MAX_LIST_LENGTH)
        reject(key, `${entries.length} entries are too many: at most ${MAX_LIST_LENGTH}.`);
      const isWordList = WORD_LIST_KEYS.some((each) => each === key);
      const words = (entries as string[])
        .flatMap((entry) => (isWordList ? entry.split(',') : [entry]))
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '');
      return words.length > 0 ? words : undefined;
    },
    parsed: (key, parse) => {
      const typed = text(key);
      if (typed === undefined) return null;
      try {
        return parse(typed);
      } catch (error) {
        const { message } = error as Error;
        const isSentence = error instanceof PaperboyError;
        reject(key, isSentence ? message : `“${truncateInput(typed)}”: expected ${message}.`);
        return null;
      }
    },
  };
}

const NO_PASSWORDS =
  'expected no password in this file: set SMTP_PASSWORD in the environment, or name a file with password_file.';

/** YAML has no yes and no of its own here, so `true` is a text. */
const ANSWERS: Readonly<Record<string, string>> = { true: 'yes', false: 'no' };

function readPreferences(read: KeyReader): SubscriberInput {
  const entries = Object.entries(PREFERENCE_KEYS) as [PreferenceKey, keyof Preferences][];
  return Object.fromEntries(
    entries.flatMap(([key, name]) => {
      const isList = LIST_KEYS.some((each) => each === key);
      const value = isList ? read.list(key) : read.text(key);
      if (value === undefined) return [];
      return [[name, typeof value === 'string' ? (ANSWERS[value] ?? value) : value]];
    }),
  );
}

function readSettings(read: KeyReader, email: string): Record<string, string> {
  const title = read.parsed('title', parseHeaderText);
  const publicUrl = read.parsed('public_url', parseBaseUrl);
  const sources = read.list('sources')?.join(',');
  try {
    if (sources !== undefined) parseSourceList(sources);
  } catch (error) {
    read.reject('sources', `expected ${(error as Error).message}.`);
  }
  return {
    OWNER_EMAIL: email,
    MAIL_FROM: formatSender(title, email),
    ...(title !== null && { SITE_NAME: title }),
    ...(publicUrl !== null && { PUBLIC_URL: publicUrl }),
    ...(sources !== undefined && { SOURCES: sources }),
  };
}

/** The settings of the mail account. `smtp: gmail` is short for its service. */
function readAccount(
  map: YamlMap,
  { email, title = null }: { email: string; title?: string | null | undefined },
  { problems, ...context }: FileContext & { problems: string[] },
): Record<string, string> {
  const below = map.child('smtp');
  const short = map.values.get('smtp');
  if (below === null && typeof short !== 'string') {
    problems.push(`line ${map.lineOf('smtp')}, smtp: expected keys below it, or a service.`);
    return {};
  }
  const accountProblems: MailAccountProblem[] = [];
  const read = below && createReader(below, problems, MAIL_ACCOUNT_KEYS);
  const account: MailAccountInput = read
    ? Object.fromEntries(MAIL_ACCOUNT_KEYS.map((key) => [key, read.text(key)]))
    : { service: short as string };
  const from = read?.parsed('from', parseMailbox) ?? null;
  const url = formatAccountUrl(account, { ...context, email }, accountProblems);
  const lineOf = (key: string) => below?.lineOf(key) ?? map.lineOf('smtp');
  for (const { key, expectation } of accountProblems)
    problems.push(`line ${lineOf(key)}, smtp.${key}: expected ${expectation}.`);
  const { daily_limit: dailyLimit } = account;
  const isAddress = account.user?.includes('@') ?? false;
  return {
    ...(url !== null && { SMTP_URL: url }),
    ...(dailyLimit !== undefined && { SMTP_DAILY_LIMIT: dailyLimit }),
    ...(from !== null
      ? { MAIL_FROM: `${from.name} <${from.address}>` }
      : isAddress && { MAIL_FROM: formatSender(title, account.user ?? email) }),
  };
}

/** A title may have characters that a mailbox may not. */
function formatSender(title: string | null, address: string): string {
  return `${title?.replace(/["<>]/g, '').trim() || 'Paperboy'} <${address}>`;
}
