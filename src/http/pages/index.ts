import { buildDeliveryPage } from '../deliveries/delivery-page.ts';
import { buildDigestPage } from '../digests/digest-page.ts';
import { buildDigestsPage } from '../digests/digests-page.ts';
import { buildExamplesPage } from '../feedback/examples-page.ts';
import {
  buildFeedbackOptionsPage,
  buildFeedbackPage,
  buildMutePage,
} from '../feedback/feedback-page.ts';
import { buildLearnedPage } from '../feedback/learned-page.ts';
import { buildSavedPage } from '../feedback/saved-page.ts';
import { buildInboxListPage, buildInboxMessagePage } from '../inbox/inbox-pages.ts';
import { buildLibraryPage } from '../library/library-page.ts';
import { buildStatusPage } from '../monitoring/status-page.ts';
import { buildFrontPage } from '../papers/front-page.ts';
import { buildPaperPage } from '../papers/paper-page.ts';
import { buildPapersPage } from '../papers/papers-page.ts';
import { buildConfirmPage } from '../subscribers/confirm-page.ts';
import { buildDataRequestPage } from '../subscribers/data-request-page.ts';
import { buildPreferencesPage } from '../subscribers/preferences-page.ts';
import { buildUnsubscribePage } from '../subscribers/unsubscribe-page.ts';
import { buildTopicPage } from '../topics/topic-page.ts';
import { buildTopicsPage } from '../topics/topics-page.ts';
import { buildMessagePage } from './message-page.ts';
import { createPageLayouts, type PageLayouts } from './page-layout.ts';
import { loadTemplates } from './templates.ts';
import type { SiteInfo } from './views.ts';

export { MAX_PAPERS_ON_PAGE } from '../digests/digest-page.ts';
export type * from '../feedback/feedback-views.ts';
export type * from '../library/library-views.ts';
export type * from '../monitoring/status-views.ts';
export type * from './views.ts';

/** One function per page: takes a view, returns an HTML document. */
export type Pages = ReturnType<typeof loadPages>;

/**
 * Reads templates and assets once; rendering a page does no I/O. Throws when a template is missing
 * or does not parse.
 */
export function loadPages(site: SiteInfo) {
  const render = loadTemplates();
  const layouts = createPageLayouts(site);
  const createPageRenderer =
    <View>(name: string, model: (view: View, layouts: PageLayouts) => object) =>
    (view: View): string =>
      render(name, model(view, layouts));
  return {
    front: createPageRenderer('front', buildFrontPage),
    papers: createPageRenderer('papers', buildPapersPage),
    paper: createPageRenderer('paper', buildPaperPage),
    topics: createPageRenderer('topics', buildTopicsPage),
    topic: createPageRenderer('topic', buildTopicPage),
    digests: createPageRenderer('digests', buildDigestsPage),
    digest: createPageRenderer('digest', buildDigestPage),
    delivery: createPageRenderer('delivery', buildDeliveryPage),
    confirm: createPageRenderer('confirm', buildConfirmPage),
    preferences: createPageRenderer('preferences', buildPreferencesPage),
    unsubscribe: createPageRenderer('unsubscribe', buildUnsubscribePage),
    feedback: createPageRenderer('confirm-action', buildFeedbackPage),
    mute: createPageRenderer('confirm-action', buildMutePage),
    feedbackOptions: createPageRenderer('confirm-action', buildFeedbackOptionsPage),
    learned: createPageRenderer('learned', buildLearnedPage),
    examples: createPageRenderer('examples', buildExamplesPage),
    library: createPageRenderer('library', buildLibraryPage),
    saved: createPageRenderer('saved', buildSavedPage),
    exportOrErase: createPageRenderer('data-request', buildDataRequestPage),
    status: createPageRenderer('status', buildStatusPage),
    message: createPageRenderer('message', buildMessagePage),
    inboxList: createPageRenderer('inbox-list', buildInboxListPage),
    inboxMessage: createPageRenderer('inbox-message', buildInboxMessagePage),
  };
}
