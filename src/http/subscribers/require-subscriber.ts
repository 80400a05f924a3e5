import { PREFERENCES_COPY } from '../../copy/en/pages/preferences.ts';
import { PaperboyError } from '../../domain/errors.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import type { SubscriberInput } from '../../domain/subscribers/subscriber-changes.ts';
import {
  changePreferences,
  findSubscriberByToken,
} from '../../services/subscribers/change-preferences.ts';
import { requestDataLink } from '../../services/subscribers/request-data-link.ts';
import type { HttpDeps } from '../deps.ts';

/** The subscriber whom a link's token names. @throws PaperboyError `UNKNOWN_TOKEN`. */
export async function requireSubscriber(deps: HttpDeps, token: string): Promise<Subscriber> {
  const subscriber = await findSubscriberByToken(deps, token);
  if (!subscriber) throw createUnknownTokenError();
  return subscriber;
}

/** As `changePreferences`. @throws PaperboyError `UNKNOWN_TOKEN`; InvalidPreferencesError. */
export async function updateSubscriber(
  deps: HttpDeps,
  token: string,
  input: SubscriberInput,
): Promise<Subscriber> {
  const changed = await changePreferences(deps, token, input);
  if (!changed) throw createUnknownTokenError();
  return changed;
}

/** Mails a link to export or erase. @throws PaperboyError `UNKNOWN_TOKEN`. */
export async function sendDataLink(
  deps: HttpDeps,
  token: string,
  kind: 'export' | 'erase',
): Promise<void> {
  if (!(await requestDataLink(deps, token, kind))) throw createUnknownTokenError();
}

/** For a token that no key made, or whose subscriber was erased. */
export function createUnknownTokenError(): PaperboyError {
  return new PaperboyError('UNKNOWN_TOKEN', PREFERENCES_COPY.unknownToken);
}
