import { describeDay, describeList } from '../../domain/describe.ts';
import type { Verb } from '../../domain/feedback.ts';
import { splitTitle } from '../../domain/headline.ts';
import type { LearnedPageView } from './feedback-views.ts';
import { deliveryAction, type Frames } from './frame.ts';
import { paperHref } from './hrefs.ts';

/** “What Paperboy has learned about you”: each term with its weight and where it came from. */
export function learnedPage(view: LearnedPageView, frames: Frames) {
  const { token, terms, unlearned, feedback, notice } = view;
  const rows = terms.map(({ term, weight, from }) => ({
    term,
    weight: `${weight < 0 ? '−' : '+'}${Math.abs(weight).toFixed(2)}`,
    isLiked: weight > 0,
    from: sourcesSaid(from),
  }));
  const liked = rows.filter(({ isLiked }) => isLiked);
  const disliked = rows.filter(({ isLiked }) => !isLiked);
  return {
    frame: frames.of({
      title: 'What Paperboy has learned about you',
      action: deliveryAction(frames, token),
    }),
    action: `${frames.base}/learned/${token}`,
    preferencesHref: `${frames.base}/preferences/${token}`,
    savedHref: `${frames.base}/saved/${token}`,
    notice,
    summary: summaryOf(view),
    parts: [
      { heading: 'Moves papers up', rows: liked.slice(0, IN_SIGHT), more: liked.slice(IN_SIGHT) },
      {
        heading: 'Moves papers down',
        rows: disliked.slice(0, IN_SIGHT),
        more: disliked.slice(IN_SIGHT),
      },
    ]
      .filter((part) => part.rows.length > 0)
      .map((part) => ({ ...part, hasMore: part.more.length > 0 })),
    unlearned,
    hasUnlearned: unlearned.length > 0,
    feedback: feedback.slice(0, FEEDBACK_SHOWN).map(({ verb, paper, givenOn }) => ({
      verb,
      id: paper.id,
      said: SAID[verb],
      title: paper.title,
      href: paperHref(frames.base, paper.id),
      day: describeDay(givenOn),
    })),
    hasFeedback: feedback.length > 0,
    mayForget: terms.length > 0 || feedback.length > 0,
    clicks: view.allowsClicks
      ? 'The papers that you open count for a third of a word.'
      : 'What you open does not count.',
  };
}

function summaryOf({ terms, feedback }: LearnedPageView): string {
  if (feedback.length === 0) {
    return 'Nothing yet. Say “more like this” or “less like this” under a paper, and its words appear here.';
  }
  if (terms.length === 0) return 'Nothing: what you said so far teaches no words.';
  return 'These words, out of the papers that you judged, move others up or down in your mail. Take away what is wrong: it is never learned again.';
}

/** `saved and more like SpecEyes; opened Mamba-3; 2 more`: each paper once. */
function sourcesSaid(from: LearnedPageView['terms'][number]['from']): string {
  const papers = new Map<string, { name: string; said: string[] }>();
  for (const { verb, paper } of from) {
    const known = papers.get(paper.id) ?? { name: splitTitle(paper.title).name, said: [] };
    known.said.push(PAST[verb]);
    papers.set(paper.id, known);
  }
  const shown = [...papers.values()]
    .slice(0, SOURCES_SHOWN)
    .map(({ name, said }) => `${describeList(said)} ${name}`);
  const others = papers.size - shown.length;
  if (others > 0) shown.push(`${others} more`);
  return shown.join('; ');
}

const IN_SIGHT = 20;
const SOURCES_SHOWN = 2;
const FEEDBACK_SHOWN = 100;

const PAST = {
  more: 'more like',
  less: 'less like',
  save: 'saved',
  click: 'opened',
} satisfies Record<Verb, string>;

const SAID = {
  more: 'More like this',
  less: 'Less like this',
  save: 'Saved',
  click: 'Opened',
} satisfies Record<Verb, string>;
