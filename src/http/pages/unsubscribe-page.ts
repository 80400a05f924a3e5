import { describeLongDay } from '../../domain/describe.ts';
import { addDays } from '../../domain/schedule.ts';
import { deliveryAction, type Frames } from './frame.ts';
import type { UnsubscribeView } from './views.ts';

/** Before the press a button and what else is possible, after it a goodbye. */
export function unsubscribePage({ email, token, done, today }: UnsubscribeView, frames: Frames) {
  const pausedUntil = addDays(today, PAUSE_DAYS);
  return {
    frame: frames.of({
      title: done ? 'The delivery has stopped' : 'Stop the delivery',
      action: deliveryAction(frames, token),
    }),
    email,
    done,
    preferencesHref: `${frames.base}/preferences/${token}`,
    pausedUntil,
    pauseEnd: describeLongDay(pausedUntil),
  };
}

/** Two weeks. */
const PAUSE_DAYS = 14;
