import { describeLongDay } from '../../domain/describe.ts';
import type { Frames } from './frame.ts';
import { digestHref } from './hrefs.ts';
import type { DigestsView } from './views.ts';

/** The archive: every digest that was composed. */
export function digestsPage({ digests }: DigestsView, frames: Frames) {
  return {
    frame: frames.of({
      title: 'Archive',
      description: 'Every edition, as it was composed.',
      publicPath: '/digests',
    }),
    isEmpty: digests.length === 0,
    digests: digests.map((digest) => ({
      href: digestHref(frames.base, digest),
      date: describeLongDay(digest.date),
      kind: digest.kind === 'weekly' ? 'Weekly' : 'Daily',
      number: digest.number,
      papers: digest.papers,
    })),
  };
}
