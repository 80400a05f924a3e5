import type { Db } from '../db/client.ts';
import { findSubscriber, updatePreferences } from '../db/subscribers.ts';
import type { Clock } from '../domain/clock.ts';
import type { Preferences, Subscriber } from '../domain/subscriber.ts';
import type { Tokens } from '../domain/tokens.ts';

/** The reader whom a link's token stands for, or null when it is nobody's (any more). */
export async function findReader(
  { db, tokens }: { db: Db; tokens: Tokens },
  token: string,
): Promise<Subscriber | null> {
  const subject = tokens.open(token);
  return subject === null ? null : findSubscriber(db, subject.subscriberId);
}

/** Changes what is named, leaves the rest. Returns the reader as it is then, or null. */
export async function changePreferences(
  { db, tokens, clock }: { db: Db; tokens: Tokens; clock: Clock },
  token: string,
  changes: Partial<Preferences>,
): Promise<Subscriber | null> {
  const subject = tokens.open(token);
  return subject === null ? null : updatePreferences(db, subject.subscriberId, changes, clock());
}
