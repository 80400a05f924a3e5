import { CONFIRM_COPY } from './confirm.ts';
import { DATA_REQUEST_COPY } from './data-request.ts';
import { DIGESTS_COPY } from './digests.ts';
import { ERROR_COPY } from './errors.ts';
import { EXAMPLES_COPY } from './examples.ts';
import { FEEDBACK_COPY } from './feedback.ts';
import { FRONT_COPY } from './front.ts';
import { INBOX_COPY } from './inbox.ts';
import { LAYOUT_COPY } from './layout.ts';
import { LEARNED_COPY } from './learned.ts';
import { LIBRARY_COPY } from './library.ts';
import { PAPERS_COPY } from './papers.ts';
import { PREFERENCES_COPY } from './preferences.ts';
import { SAVED_COPY } from './saved.ts';
import { SIGN_UP_COPY } from './sign-up.ts';
import { STATUS_COPY } from './status.ts';
import { TOPICS_COPY } from './topics.ts';
import { UNSUBSCRIBE_COPY } from './unsubscribe.ts';

/** The text of all pages. A template reads it as `{{@copy.<page>.<key>}}`. */
export const PAGE_COPY = {
  front: FRONT_COPY,
  papers: PAPERS_COPY,
  topics: TOPICS_COPY,
  digests: DIGESTS_COPY,
  status: STATUS_COPY,
  inbox: INBOX_COPY,
  error: ERROR_COPY,
  layout: LAYOUT_COPY,
  signUp: SIGN_UP_COPY,
  confirm: CONFIRM_COPY,
  preferences: PREFERENCES_COPY,
  unsubscribe: UNSUBSCRIBE_COPY,
  examples: EXAMPLES_COPY,
  feedback: FEEDBACK_COPY,
  learned: LEARNED_COPY,
  library: LIBRARY_COPY,
  saved: SAVED_COPY,
  dataRequest: DATA_REQUEST_COPY,
} as const;
