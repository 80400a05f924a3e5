/** What a reader may say of a paper: more or less like this, save it; or, when the reader allows it, that
 *  its link was followed. */
export const FEEDBACK_VERBS = ['more', 'less', 'save', 'click'] as const;
export type FeedbackVerb = (typeof FEEDBACK_VERBS)[number];

/** One thing that a reader said. */
export interface FeedbackEvent {
  paperId: string;
  verb: FeedbackVerb;
  givenAt: Date;
}
