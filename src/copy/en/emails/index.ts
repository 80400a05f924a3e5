import { DIGEST_EMAIL_COPY } from './digest.ts';
import { SINGLE_EMAIL_COPY } from './transactional.ts';

/** The text in the templates of emails. A template reads it as `{{@copy.<email>.<key>}}`. */
export const EMAIL_COPY = {
  digest: DIGEST_EMAIL_COPY,
  single: SINGLE_EMAIL_COPY,
} as const;
