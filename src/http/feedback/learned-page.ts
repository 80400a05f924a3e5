import type { FeedbackVerb } from '../../domain/feedback/feedback-event.ts';
import { splitTitle } from '../../domain/papers/split-title.ts';
import { formatDate, joinNames } from '../../domain/text/format.ts';
import { paperHref } from '../pages/hrefs.ts';
import { linkToPreferences, type PageLayouts } from '../pages/page-layout.ts';
import type { LearnedTermsView } from './feedback-views.ts';

/** “What Paperboy has learned about you”: each term with its weight and where it came from. */
export function buildLearnedPage(view: LearnedTermsView, layouts: PageLayouts) {
  const { token, terms, unlearned, feedback, notice } = view;
  const rows = terms.map(({ term, weight, from }) => ({
    term,
    weight: `${weight < 0 ? '−' : '+'}${Math.abs(weight).toFixed(2)}`,
    isLiked: weight > 0,
    from: describeTermOrigins(from),
  }));
  const liked = rows.filter(({ isLiked }) => isLiked);
  const disliked = rows.filter(({ isLiked }) => !isLiked);
  return {
    layout: layouts.create({
      title: 'What Paperboy has learned about you',
      action: linkToPreferences(layouts, token),
    }),
    action: `${layouts.base}/learned/${token}`,
    preferencesHref: `${layouts.base}/preferences/${token}`,
    savedHref: `${layouts.base}/saved/${token}`,
    notice,
    summary: describeLearned(view),
    sections: [
      {
        heading: 'Moves papers up',
        rows: liked.slice(0, VISIBLE_TERMS),
        more: liked.slice(VISIBLE_TERMS),
      },
      {
        heading: 'Moves papers down',
        rows: disliked.slice(0, VISIBLE_TERMS),
        more: disliked.slice(VISIBLE_TERMS),
      },
    ]
      .filter((section) => section.rows.length > 0)
      .map((section) => ({ ...section, hasMore: section.more.length > 0 })),
    unlearned,
    hasUnlearned: unlearned.length > 0,
    feedback: feedback.slice(0, MAX_FEEDBACK_SHOWN).map(({ verb, paper, givenOn }) => ({
      verb,
      id: paper.id,
      label: VERB_LABELS[verb],
      title: paper.title,
      href: paperHref(layouts.base, paper.id),
      day: formatDate(givenOn),
    })),
    hasFeedback: feedback.length > 0,
    canForget: terms.length > 0 || feedback.length > 0,
    clicks: view.allowsClicks
      ? 'The papers that you open count for a third of a word.'
      : 'What you open does not count.',
  };
}

function describeLearned({ terms, feedback }: LearnedTermsView): string {
  if (feedback.length === 0) {
    return 'Nothing yet. Say “more like this” or “less like this” under a paper, and its words appear here.';
  }
  if (terms.length === 0) return 'Nothing: what you said so far teaches no words.';
  return 'These words, out of the papers that you judged, move others up or down in your mail. Take away what is wrong: it is never learned again.';
}

/** `saved and more like SpecEyes; opened Mamba-3; 2 more`: each paper once. */
function describeTermOrigins(from: LearnedTermsView['terms'][number]['from']): string {
  const papers = new Map<string, { name: string; said: string[] }>();
  for (const { verb, paper } of from) {
    const known = papers.get(paper.id) ?? { name: splitTitle(paper.title).name, said: [] };
    known.said.push(VERB_PAST_LABELS[verb]);
    papers.set(paper.id, known);
  }
  const shown = [...papers.values()]
    .slice(0, MAX_ORIGINS)
    .map(({ name, said }) => `${joinNames(said)} ${name}`);
  const others = papers.size - shown.length;
  if (others > 0) shown.push(`${others} more`);
  return shown.join('; ');
}

const VISIBLE_TERMS = 20;
const MAX_ORIGINS = 2;
const MAX_FEEDBACK_SHOWN = 100;

const VERB_PAST_LABELS = {
  more: 'more like',
  less: 'less like',
  save: 'saved',
  click: 'opened',
} satisfies Record<FeedbackVerb, string>;

const VERB_LABELS = {
  more: 'More like this',
  less: 'Less like this',
  save: 'Saved',
  click: 'Opened',
} satisfies Record<FeedbackVerb, string>;
