import { PaperboyError } from '../domain/errors.ts';
import { InvalidPreferences } from '../domain/preferences.ts';
import { type ReaderAnswers, type ReaderChanges, readChanges } from '../domain/reader-changes.ts';
import { dayOf } from '../domain/schedule.ts';
import type { Subscriber } from '../domain/subscriber.ts';
import { changePreferences, findReader } from '../services/change-preferences.ts';
import { listUnsearchable } from '../services/count-phrases.ts';
import { readTopics } from '../services/read-topics.ts';
import { requestData } from '../services/request-data.ts';
import type { HttpDeps } from './deps.ts';

/** The reader behind a token. @throws PaperboyError `UNKNOWN_TOKEN`, 404. */
export async function requireReader(deps: HttpDeps, token: string): Promise<Subscriber> {
  const reader = await findReader(deps, token);
  if (!reader) throw unknownToken();
  return reader;
}

/** Changes what is named. @throws PaperboyError `UNKNOWN_TOKEN`, or `INVALID_PREFERENCES`. */
export async function changeReader(
  deps: HttpDeps,
  token: string,
  answers: ReaderAnswers,
): Promise<Subscriber> {
  await requireReader(deps, token);
  const changes = await checkAnswers(deps, answers);
  const changed = await changePreferences(deps, token, changes);
  if (!changed) throw unknownToken();
  return changed;
}

/** What is wanted, checked in full. @throws InvalidPreferences with every problem. */
export async function checkAnswers(
  { db, clock }: Pick<HttpDeps, 'db' | 'clock'>,
  answers: ReaderAnswers,
): Promise<ReaderChanges> {
  const topicSlugs = new Set((await readTopics(db)).map(({ slug }) => slug));
  const changes = readChanges(answers, { topicSlugs, today: dayOf(clock()) });
  const [unsearchable] = await listUnsearchable(db, changes.keywords ?? []);
  if (unsearchable === undefined) return changes;
  const keywords = `“${unsearchable}” holds nothing to search for: expected a word that papers say.`;
  throw new InvalidPreferences({ keywords });
}

/** Mails the reader a link to export or erase. @throws PaperboyError `UNKNOWN_TOKEN`, 404. */
export async function mailDataLink(
  deps: HttpDeps,
  token: string,
  kind: 'export' | 'erase',
): Promise<void> {
  if (!(await requestData(deps, token, kind))) throw unknownToken();
}

/** What a link of nobody is answered with. */
export function unknownToken(): PaperboyError {
  const message = 'This link belongs to nobody: it was cut short, or its reader has been erased.';
  return new PaperboyError('UNKNOWN_TOKEN', message, { statusCode: 404 });
}
