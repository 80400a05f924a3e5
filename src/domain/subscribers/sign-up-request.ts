import type { Subscriber } from './subscriber.ts';
import { resolveTopicConflicts, type SubscriberChanges } from './subscriber-changes.ts';

/** What a sign-up asked for, and the evidence of consent (GDPR Art. 7(1)). It is stored with the
 *  confirmation e-mail that it caused and takes effect when the link in that e-mail is
 *  confirmed. */
export interface SignUpRequest {
  /** Only what the sign-up named. */
  preferences: SubscriberChanges;
  channel: 'form' | 'api';
  /** The text that the subscriber agreed to. */
  wording: string;
  /** The network that the request came from. */
  network: string | null;
}

/** The subscriber with the preferences that the request named; a request of null changes nothing. A
 *  request that names only papers limits papers, whatever minutes are stored. */
export function applySignUpRequest(
  subscriber: Subscriber,
  request: SignUpRequest | null,
): Subscriber {
  if (request === null) return subscriber;
  const { papers, minutes } = request.preferences;
  const limitsPapers = papers !== undefined && minutes === undefined;
  return {
    ...subscriber,
    ...(limitsPapers && { minutes: null }),
    ...resolveTopicConflicts(subscriber, request.preferences),
  };
}
