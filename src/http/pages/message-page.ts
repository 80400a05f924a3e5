import type { Frames } from './frame.ts';
import type { MessageView } from './views.ts';

/** A page that says one thing and offers a way on. */
export function messagePage({ title, sentences, links }: MessageView, frames: Frames) {
  return {
    frame: frames.of({ title }),
    title,
    sentences,
    links,
    hasLinks: links.length > 0,
  };
}
