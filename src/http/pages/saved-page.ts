import { describeDay } from '../../domain/describe.ts';
import { splitTitle } from '../../domain/headline.ts';
import { linksBelow } from '../../domain/links.ts';
import { firstSentences } from '../../domain/sentences.ts';
import type { SavedView } from './feedback-views.ts';
import { deliveryAction, type Frames } from './frame.ts';
import { paperHref } from './hrefs.ts';
import { INDEX_ROOM } from './paper-model.ts';

/** The papers that a reader saved; each can be taken off the list. */
export function savedPage({ token, papers, removed }: SavedView, frames: Frames) {
  const links = linksBelow(frames.base);
  return {
    frame: frames.of({ title: 'Saved papers', action: deliveryAction(frames, token) }),
    removed,
    isEmpty: papers.length === 0,
    count: papers.length === 1 ? 'One paper.' : `${papers.length} papers, the last saved first.`,
    learnedHref: `${frames.base}/learned/${token}`,
    papers: papers.map(({ id, title, abstract, savedOn }) => ({
      ...splitTitle(title),
      title,
      href: paperHref(frames.base, id),
      sentences: firstSentences(abstract, INDEX_ROOM),
      day: describeDay(savedOn),
      action: links.saved(token, id),
    })),
  };
}
