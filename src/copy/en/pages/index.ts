import { CONFIRM_COPY } from './confirm.ts';
import { LAYOUT_COPY } from './layout.ts';
import { SIGN_UP_COPY } from './sign-up.ts';

/** The text of all pages. A template reads it as `{{@copy.<page>.<key>}}`. */
export const PAGE_COPY = {
  layout: LAYOUT_COPY,
  signUp: SIGN_UP_COPY,
  confirm: CONFIRM_COPY,
} as const;
