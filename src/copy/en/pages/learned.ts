import { formatQuantity } from '../format.ts';

/** What Paperboy learned from a subscriber's feedback and library. */
export const LEARNED_COPY = {
  title: 'What Paperboy has learned about you',
  up: 'Moves papers up',
  down: 'Moves papers down',
  more: (count: number) => `${count} more`,
  noFeedback:
    'Nothing yet. Choose “More like this” or “Less like this” under a paper, or bring your library, and the keywords appear here.',
  noTerms: 'Nothing yet: what you rated or brought has no keywords to learn.',
  explanation:
    'These keywords from papers you rated or brought move other papers up or down in your digests. Remove any that are wrong, and they won’t be learned again.',
  remove: 'Remove',
  removeTerm: (term: string) => `Remove “${term}”`,
  removed: 'Removed by you',
  allow: 'Allow again',
  allowTerm: (term: string) => `Allow “${term}” again`,
  feedback: 'Your feedback',
  library: {
    heading: (count: number) => `Learned from your library: ${formatQuantity(count, 'paper')}`,
    remove: 'Remove',
    removePaper: (name: string) => `Remove from your library: ${name}`,
    removeAll: 'Remove the whole library',
    add: 'Add to your library',
    bring: 'Bring your library',
  },
  undo: 'Undo',
  undoFeedback: ({ label, title }: { label: string; title: string }) => `Undo: ${label}, ${title}`,
  forgetAll: 'Forget everything learned',
  clicksCount: 'Papers you open count too, a third as much as “More like this”.',
  clicksDontCount: 'Papers you open don’t count.',
  changeClicks: 'Change this',
  /** Where a term was learned: `saved and more like SpecEyes`. */
  verbsInOrigin: {
    more: 'more like',
    less: 'less like',
    save: 'saved',
    click: 'opened',
    library: 'in your library',
  },
  verbs: { more: 'More like this', less: 'Less like this', save: 'Saved', click: 'Opened' },
  notice: {
    removed: (term: string) => `“${term}” has been removed and won’t be learned again.`,
    allowed: (term: string) => `“${term}” can be learned again.`,
    undone: (title: string) => `Your feedback on ${title} has been removed.`,
    forgotten:
      'Everything learned has been forgotten, and your library has been removed. Your saved papers are still there.',
  },
} as const;
