import type { FeedbackVerb } from '../../domain/feedback/feedback-event.ts';
import type { TopicPaper } from '../../domain/papers/paper.ts';
import type { JudgedPaper, LearnedTerm } from '../../domain/ranking/learned-terms.ts';
import type { TopicName } from '../pages/views.ts';

/** A paper as a subscriber's pages name it. */
export interface PaperTitle {
  id: string;
  title: string;
}

/** Before the click, after it, and after it was undone. */
type FeedbackState = 'unconfirmed' | 'given' | 'undone';

/** Feedback that a link in a mail gives. */
export type ExplicitVerb = Exclude<FeedbackVerb, 'click'>;

/** The page behind a feedback link under a paper. */
export interface FeedbackView {
  token: string;
  verb: ExplicitVerb;
  paper: PaperTitle;
  state: FeedbackState;
  /** The paper's terms as learned so far, the strongest first. */
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

/** The page with every action on a paper. */
export interface FeedbackOptionsView {
  token: string;
  paper: PaperTitle;
  topics: readonly (TopicName & { isMuted: boolean })[];
  givenVerbs: readonly FeedbackVerb[];
}

/** A subscriber's saved papers, the newest first. */
export interface SavedView {
  token: string;
  papers: readonly (PaperTitle & { abstract: string; savedOn: string })[];
  /** Title of the paper that was just removed from the list. */
  removed: string | null;
}

/** What was learned from a subscriber's feedback. */
export interface LearnedTermsView {
  token: string;
  terms: readonly (LearnedTerm & { from: readonly Pick<JudgedPaper, 'verb' | 'paper'>[] })[];
  unlearned: readonly string[];
  /** The newest first. */
  feedback: readonly { verb: FeedbackVerb; paper: PaperTitle; givenOn: string }[];
  /** The last added paper first. */
  library: readonly LibraryRow[];
  allowsClicks: boolean;
  /** What the submitted form did. */
  notice: string | null;
}

/** A paper of the library. */
export interface LibraryRow {
  position: number;
  /** Empty until it is looked up. */
  title: string;
  arxivId: string | null;
  doi: string | null;
  /** The stored paper that is the same, or null. */
  paperId: string | null;
}

/** Recent papers to choose from. */
export interface ExamplesView {
  token: string;
  title: string;
  /** What has happened before, such as a confirmation. */
  sentences: readonly string[];
  /** Empty when there are too few. */
  papers: readonly TopicPaper[];
  problem: string | null;
}
