import { PaperboyError } from '../errors.ts';
import { derivePaperId } from '../papers/paper-id.ts';
import { cleanText } from '../text/clean-text.ts';
import { formatJson } from '../text/format-json.ts';
import { truncateInput } from '../text/truncate.ts';
import { isCalendarDay } from '../time/schedule.ts';

/** A paper that a reader judged. */
export interface RatedPaperId {
  id: string;
  /** The day of the judgement, `YYYY-MM-DD`, or null. */
  on: string | null;
}

/** A real reader, whose later choices are known. */
export interface EvaluatedReader {
  name: string;
  /** Papers that the reader is known to like, the newest judgement last. */
  liked: RatedPaperId[];
  disliked: RatedPaperId[];
  /** Slugs of followed topics. */
  topics: string[];
  keywords: string[];
  /** Papers that the reader chose later: those that a good selection contains. */
  wanted: string[];
  /** The papers of the day, or null for a sample of all papers. */
  candidates: string[] | null;
  /** The day of the digest, or null for the day after the newest judgement. */
  now: string | null;
}

/** Source of the papers of a file: ids of readers' files are derived as those of the papers. */
export const FILE_SOURCE = 'file';

const MAX_RATED_PAPERS = 100_000;
/** The cost of a selection that orders the whole day grows with the square of this number. */
export const MAX_DAY_PAPERS = 5000;
const MAX_INTERESTS = 200;
const MAX_TEXT_CHARS = 200;

/**
 * Parses one entry of a file of readers. Ids may be numbers, entries of `liked` and `disliked` may
 * be ids alone, and a time counts as its day. A paper counts once in each list; one that is liked
 * is neither disliked nor wanted.
 * @throws PaperboyError `INVALID_READER` naming the field, the value and what was expected.
 */
export function parseReader(entry: unknown): EvaluatedReader {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
    throwInvalidReader(
      `${formatValue(entry)} is not a reader: expected an object with reader, liked and wanted`,
    );
  const fields = entry as Record<string, unknown>;
  const list = <Item>(name: string, max: number, read: (value: unknown) => Item): Item[] =>
    readList(fields[name] ?? [], { name, max, read });
  const liked = orderByDay(list('liked', MAX_RATED_PAPERS, parseRated));
  const likedIds = new Set(liked.map(({ id }) => id));
  const isNotLiked = (id: string) => !likedIds.has(id);
  const { candidates } = fields;
  return {
    name: parseName(fields.reader),
    liked,
    disliked: orderByDay(list('disliked', MAX_RATED_PAPERS, parseRated)).filter(({ id }) =>
      isNotLiked(id),
    ),
    topics: unique(list('topics', MAX_INTERESTS, parseText)),
    keywords: unique(list('keywords', MAX_INTERESTS, parseText)),
    wanted: unique(list('wanted', MAX_DAY_PAPERS, parseId)).filter(isNotLiked),
    candidates:
      candidates === undefined || candidates === null
        ? null
        : unique(list('candidates', MAX_DAY_PAPERS, parseId)),
    now: parseDayOf(fields.now, 'now'),
  };
}

function readList<Item>(
  value: unknown,
  { name, max, read }: { name: string; max: number; read: (value: unknown) => Item },
): Item[] {
  if (!Array.isArray(value) || value.length > max)
    throwInvalidReader(
      `${name} is ${formatValue(value)}: expected a list of at most ${max} entries`,
    );
  return (value as unknown[]).map((each) => {
    try {
      return read(each);
    } catch (error) {
      if (error instanceof PaperboyError) throw error;
      return throwInvalidReader(
        `${name} contains ${formatValue(each)}: expected ${(error as Error).message}`,
      );
    }
  });
}

function parseRated(value: unknown): RatedPaperId {
  if (typeof value !== 'object' || value === null) return { id: parseId(value), on: null };
  const { id, on } = value as Record<string, unknown>;
  return { id: parseId(id), on: parseDayOf(on, 'on') };
}

function parseId(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  // Cleaned as the ids of the papers are.
  const id = typeof text === 'string' ? cleanText(text) : '';
  if (id === '') throw new Error('the id of a paper');
  return derivePaperId({ source: FILE_SOURCE, id, title: '' });
}

function parseText(value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= MAX_TEXT_CHARS)
    return value.trim();
  throw new Error(`a text of 1 to ${MAX_TEXT_CHARS} characters`);
}

function parseName(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text === 'string' && text.trim() !== '' && text.length <= MAX_TEXT_CHARS) return text;
  return throwInvalidReader(
    `reader is ${formatValue(value)}: expected a name of 1 to ${MAX_TEXT_CHARS} characters`,
  );
}

const DAY_CHARS = 10;

function parseDayOf(value: unknown, name: string): string | null {
  if (value === undefined || value === null || value === '') return null;
  const day = typeof value === 'string' ? value.slice(0, DAY_CHARS) : '';
  if (isCalendarDay(day)) return day;
  return throwInvalidReader(`${name} is ${formatValue(value)}: expected a day such as 2026-05-08`);
}

/** The oldest first; judgements without a day keep their order and are the newest. Of several
 *  judgements of a paper the last counts. */
function orderByDay(rated: readonly RatedPaperId[]): RatedPaperId[] {
  const ordered = [...rated].sort((a, b) =>
    a.on === b.on ? 0 : a.on === null ? 1 : b.on === null ? -1 : a.on < b.on ? -1 : 1,
  );
  const lastById = new Map<string, RatedPaperId>();
  for (const each of ordered) {
    lastById.delete(each.id);
    lastById.set(each.id, each);
  }
  return [...lastById.values()];
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function formatValue(value: unknown): string {
  if (value === undefined) return 'missing';
  return Array.isArray(value)
    ? `a list of ${value.length} entries`
    : truncateInput(formatJson(value));
}

function throwInvalidReader(message: string): never {
  throw new PaperboyError('INVALID_READER', `${message}.`);
}
