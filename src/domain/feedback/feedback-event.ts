/** Feedback on a paper: more or less like this, save it, or, if the subscriber allows it, a
 *  click on its link. */
export const FEEDBACK_VERBS = ['more', 'less', 'save', 'click'] as const;
export type FeedbackVerb = (typeof FEEDBACK_VERBS)[number];

/** Only this many of a subscriber's newest feedback events are learned from. */
export const MAX_FEEDBACK = 200;
