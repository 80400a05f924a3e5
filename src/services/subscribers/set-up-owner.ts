import { CONSENT_WORDING } from '../../copy/en/pages/sign-up.ts';
import type { Db } from '../../db/client.ts';
import { recordConsent } from '../../db/subscribers/consents.ts';
import {
  addSubscriber,
  lockSubscriberByEmail,
  updatePreferences,
  updateStatus,
} from '../../db/subscribers/subscribers.ts';
import { normaliseAddress } from '../../domain/subscribers/email-address.ts';
import { DEFAULT_PREFERENCES, type Subscriber } from '../../domain/subscribers/subscriber.ts';
import type { SubscriberInput } from '../../domain/subscribers/subscriber-changes.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { validatePreferences } from './validate-preferences.ts';

/**
 * Makes the operator a subscriber of their own installation, with exactly these preferences; what
 * they leave out gets its default. Nobody is asked to confirm: the operator named the address. One
 * who has unsubscribed or paused since stays so.
 * @throws InvalidPreferencesError with every problem.
 */
export async function setUpOwner(
  { db, clock }: { db: Db; clock: Clock },
  { email, preferences }: { email: string; preferences: SubscriberInput },
): Promise<Subscriber> {
  const now = clock();
  const address = normaliseAddress(email);
  const changes = await validatePreferences(db, preferences, now);
  return db.transaction(async (tx) => {
    const known = await lockSubscriberByEmail(tx, address.key);
    const { hour, allowsClicks } = known ?? DEFAULT_PREFERENCES;
    const wanted = { ...DEFAULT_PREFERENCES, hour, allowsClicks, ...changes };
    const stored =
      known ?? (await addSubscriber(tx, address, { ...wanted, pausedUntil: null }, now));
    if (!stored) throw new Error('The address was added by another process: run it again.');
    if (stored.status === 'pending') {
      await updateStatus(tx, stored.id, 'active', now);
      await recordConsent(tx, stored.id, {
        givenAt: now,
        confirmedAt: now,
        channel: 'import',
        wording: CONSENT_WORDING.owner,
        network: null,
      });
    }
    const updated = await updatePreferences(tx, stored.id, wanted, now);
    if (!updated) throw new Error('The address was erased by another process: run it again.');
    return updated;
  });
}
