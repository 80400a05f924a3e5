import type { FeedbackVerb } from '../../domain/feedback/feedback-event.ts';
import type { LearnedTerm } from '../../domain/ranking/learned-terms.ts';
import type { TopicName } from '../pages/views.ts';

/** A paper as the pages of a reader name it. */
export interface PaperTitle {
  id: string;
  title: string;
}

/** Before the press, after it, and after it was taken back. */
export type FeedbackState = 'asked' | 'said' | 'takenBack';

/** What can be said by the links of a mail. */
export type ExplicitVerb = Exclude<FeedbackVerb, 'click'>;

/** The page behind a link that says something of a paper. */
export interface FeedbackView {
  token: string;
  verb: ExplicitVerb;
  paper: PaperTitle;
  state: FeedbackState;
  /** What is known of the paper's terms, the strongest first. */
  terms: readonly LearnedTerm[];
}

/** The page behind a link that mutes a topic. */
export interface MuteView {
  token: string;
  topic: TopicName;
  state: FeedbackState;
  /** The topic was followed until it was muted. */
  wasFollowed: boolean;
}

/** Everything that can be said of a paper. */
export interface FeedbackOptionsView {
  token: string;
  paper: PaperTitle;
  topics: readonly (TopicName & { isMuted: boolean })[];
  givenVerbs: readonly FeedbackVerb[];
}

/** The papers that a reader saved, the newest first. */
export interface SavedView {
  token: string;
  papers: readonly (PaperTitle & { abstract: string; savedOn: string })[];
  /** Title of the paper that was just taken off the list. */
  removed: string | null;
}

/** What Paperboy has learned about a reader. */
export interface LearnedTermsView {
  token: string;
  terms: readonly (LearnedTerm & { from: readonly { verb: FeedbackVerb; paper: PaperTitle }[] })[];
  unlearned: readonly string[];
  /** The newest first. */
  feedback: readonly { verb: FeedbackVerb; paper: PaperTitle; givenOn: string }[];
  allowsClicks: boolean;
  /** What the last press did. */
  notice: string | null;
}
