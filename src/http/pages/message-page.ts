import type { PageLayouts } from './page-layout.ts';
import type { MessageView } from './views.ts';

/** A page with a title, some sentences and links. */
export function buildMessagePage({ title, sentences, links }: MessageView, layouts: PageLayouts) {
  return {
    layout: layouts.create({ title }),
    title,
    sentences,
    links,
    hasLinks: links.length > 0,
  };
}
