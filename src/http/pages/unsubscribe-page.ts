import type { Frames } from './frame.ts';
import type { UnsubscribeView } from './views.ts';

/** Before the press a button, after it a goodbye. */
export function unsubscribePage({ email, token, done }: UnsubscribeView, frames: Frames) {
  return {
    frame: frames.of({ title: done ? 'The delivery has stopped' : 'Stop the delivery' }),
    email,
    done,
    preferencesHref: `${frames.base}/preferences/${token}`,
  };
}
