/** What the coupon says around its button: shown on the page and kept with the consent, so that the
 *  record holds the very words (GDPR Art. 7(1)). */
export const SIGN_UP_FORM_COPY = {
  promise:
    'One e-mail a day with the papers on your topics, and a line that says why each is there.',
  button: 'Start my delivery',
  terms: 'We ask you to confirm first. One click leaves, for good.',
} as const;

/** The words that were agreed to, by the way they were met. */
export const CONSENT_WORDING = {
  form: `${SIGN_UP_FORM_COPY.promise} [${SIGN_UP_FORM_COPY.button}] ${SIGN_UP_FORM_COPY.terms}`,
  api: 'Asked for through the API; the confirmation mail says what comes, and when.',
  email: 'Asked for through the link “Start again” in the letter that said goodbye.',
} as const;
