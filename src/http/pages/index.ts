import { confirmPage } from './confirm-page.ts';
import { dataRequestPage } from './data-request-page.ts';
import { digestPage } from './digest-page.ts';
import { digestsPage } from './digests-page.ts';
import { feedbackPage, mutePage, optionsPage } from './feedback-page.ts';
import { type Frames, framesFor } from './frame.ts';
import { frontPage } from './front-page.ts';
import { inboxListPage, inboxMessagePage } from './inbox-pages.ts';
import { learnedPage } from './learned-page.ts';
import { messagePage } from './message-page.ts';
import { paperPage } from './paper-page.ts';
import { papersPage } from './papers-page.ts';
import { preferencesPage } from './preferences-page.ts';
import { savedPage } from './saved-page.ts';
import { statusPage } from './status-page.ts';
import { loadTemplates } from './templates.ts';
import { topicPage } from './topic-page.ts';
import { topicsPage } from './topics-page.ts';
import { unsubscribePage } from './unsubscribe-page.ts';
import { viewPage } from './view-page.ts';
import type { Site } from './views.ts';

export { MOST_PAPERS } from './digest-page.ts';
export type * from './feedback-views.ts';
export type * from './status-views.ts';
export type * from './views.ts';

/** One method per page: a view in, a whole HTML document out. */
export type Pages = ReturnType<typeof loadPages>;

/** Reads templates and assets once; the pages themselves do no I/O and know no clock. Throws when a
 *  template is missing or does not parse. */
export function loadPages(site: Site) {
  const render = loadTemplates();
  const frames = framesFor(site);
  const page =
    <View>(name: string, model: (view: View, frames: Frames) => object) =>
    (view: View): string =>
      render(name, model(view, frames));
  return {
    front: page('front', frontPage),
    papers: page('papers', papersPage),
    paper: page('paper', paperPage),
    topics: page('topics', topicsPage),
    topic: page('topic', topicPage),
    digests: page('digests', digestsPage),
    digest: page('digest', digestPage),
    view: page('view', viewPage),
    confirm: page('confirm', confirmPage),
    preferences: page('preferences', preferencesPage),
    unsubscribe: page('unsubscribe', unsubscribePage),
    feedback: page('press', feedbackPage),
    mute: page('press', mutePage),
    options: page('press', optionsPage),
    learned: page('learned', learnedPage),
    saved: page('saved', savedPage),
    exportOrErase: page('data-request', dataRequestPage),
    status: page('status', statusPage),
    message: page('message', messagePage),
    inboxList: page('inbox-list', inboxListPage),
    inboxMessage: page('inbox-message', inboxMessagePage),
  };
}
