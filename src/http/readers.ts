import { PaperboyError } from '../domain/errors.ts';
import { type PreferenceAnswers, readPreferences } from '../domain/preferences.ts';
import type { Subscriber } from '../domain/subscriber.ts';
import { changePreferences, findReader } from '../services/change-preferences.ts';
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
  answers: PreferenceAnswers,
): Promise<Subscriber> {
  await requireReader(deps, token);
  const slugs = new Set((await readTopics(deps.db)).map(({ slug }) => slug));
  const changed = await changePreferences(deps, token, readPreferences(answers, slugs));
  if (!changed) throw unknownToken();
  return changed;
}

/** Mails the reader a link to export or erase. @throws PaperboyError `UNKNOWN_TOKEN`, 404. */
export async function mailDataLink(
  deps: HttpDeps,
  token: string,
  kind: 'export' | 'erase',
): Promise<void> {
  if (!(await requestData(deps, token, kind))) throw unknownToken();
}

function unknownToken(): PaperboyError {
  const message = 'This link belongs to nobody: it was cut short, or its reader has been erased.';
  return new PaperboyError('UNKNOWN_TOKEN', message, { statusCode: 404 });
}
