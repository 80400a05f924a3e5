import { PaperboyError } from '../../domain/errors.ts';
import { InvalidPreferencesError } from '../../domain/subscribers/preferences.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import {
  parseSubscriberChanges,
  type SubscriberChanges,
  type SubscriberInput,
} from '../../domain/subscribers/subscriber-changes.ts';
import { toUtcDay } from '../../domain/time/schedule.ts';
import { listUnsearchableKeywords } from '../../services/papers/count-phrases.ts';
import {
  changePreferences,
  findSubscriberByToken,
} from '../../services/subscribers/change-preferences.ts';
import { requestDataLink } from '../../services/subscribers/request-data-link.ts';
import { readTopics } from '../../services/topics/read-topics.ts';
import type { HttpDeps } from '../deps.ts';

/** The reader behind a token. @throws PaperboyError `UNKNOWN_TOKEN`, 404. */
export async function requireSubscriber(deps: HttpDeps, token: string): Promise<Subscriber> {
  const subscriber = await findSubscriberByToken(deps, token);
  if (!subscriber) throw createUnknownTokenError();
  return subscriber;
}

/** Changes what is named. @throws PaperboyError `UNKNOWN_TOKEN`, or `INVALID_PREFERENCES`. */
export async function updateSubscriber(
  deps: HttpDeps,
  token: string,
  input: SubscriberInput,
): Promise<Subscriber> {
  await requireSubscriber(deps, token);
  const changes = await validatePreferences(deps, input);
  const changed = await changePreferences(deps, token, changes);
  if (!changed) throw createUnknownTokenError();
  return changed;
}

/** What is wanted, checked in full. @throws InvalidPreferences with every problem. */
export async function validatePreferences(
  { db, clock }: Pick<HttpDeps, 'db' | 'clock'>,
  input: SubscriberInput,
): Promise<SubscriberChanges> {
  const topicSlugs = new Set((await readTopics(db)).map(({ slug }) => slug));
  const changes = parseSubscriberChanges(input, { topicSlugs, today: toUtcDay(clock()) });
  const [unsearchable] = await listUnsearchableKeywords(db, changes.keywords ?? []);
  if (unsearchable === undefined) return changes;
  const keywords = `“${unsearchable}” holds nothing to search for: expected a word that papers say.`;
  throw new InvalidPreferencesError({ keywords });
}

/** Mails the reader a link to export or erase. @throws PaperboyError `UNKNOWN_TOKEN`, 404. */
export async function sendDataLink(
  deps: HttpDeps,
  token: string,
  kind: 'export' | 'erase',
): Promise<void> {
  if (!(await requestDataLink(deps, token, kind))) throw createUnknownTokenError();
}

/** What a link of nobody is answered with. */
export function createUnknownTokenError(): PaperboyError {
  const message = 'This link belongs to nobody: it was cut short, or its reader has been erased.';
  return new PaperboyError('UNKNOWN_TOKEN', message);
}
