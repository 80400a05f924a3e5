/** What a reader may say of a paper: more or less like this, save it; or, when the reader allows it, that
 *  its link was followed. */
export const VERBS = ['more', 'less', 'save', 'click'] as const;
export type Verb = (typeof VERBS)[number];

/** One thing that a reader said. */
export interface Feedback {
  paperId: string;
  verb: Verb;
  givenAt: Date;
}
