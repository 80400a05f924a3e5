import { DEFAULT_PREFERENCES, type Preferences } from '../../domain/subscribers/subscriber.ts';
import { listTimezones, toUtcDay } from '../../domain/time/schedule.ts';
import { readLatestDay } from '../../services/papers/read-day.ts';
import type { HttpDeps } from '../deps.ts';
import type { FieldProblems, FrontView } from '../pages/index.ts';

/** The values of an untouched sign-up form. */
export const EMPTY_SIGNUP = { ...DEFAULT_PREFERENCES, email: '' };

/** The front page, its sign-up form filled with `values`. */
export async function readFrontView(
  { db, clock, ownerKeys }: HttpDeps,
  values: Preferences & { email: string } = EMPTY_SIGNUP,
  problems: FieldProblems = {},
): Promise<FrontView> {
  const now = clock();
  return {
    ...(await readLatestDay(db, now)),
    today: toUtcDay(now),
    form: { values, problems, timezones: listTimezones(), isPrivate: ownerKeys !== null },
  };
}
