import { joinNames, spellNumber } from '../format.ts';

/** The page on which a subscriber chooses from recent papers. */
export const EXAMPLES_COPY = {
  title: 'Choose a few papers you like',
  heading: (count: number) => `Choose three of these ${spellNumber(count)}`,
  help: 'Tick the papers that you would read. More or fewer than three is fine. Paperboy learns from them at once, and you can undo it later.',
  none: 'There aren’t enough recent papers to choose from. Bring your library instead, or rate the papers in your first digest.',
  button: 'Learn from these',
  skip: 'Skip this',
  /** On the page of the library. */
  orChoose: 'Or choose from recent papers',
  bring: 'Bring your library instead',
  nothingChosen: 'No paper was ticked: choose at least one, or skip this.',
  chosen: {
    title: 'Your next digest knows what you like',
    sentence: (count: number) =>
      count === 1
        ? 'Paperboy has learned from the paper you chose.'
        : `Paperboy has learned from the ${spellNumber(count)} papers you chose.`,
    terms: (terms: readonly string[]) =>
      `Papers that mention ${joinNames(terms.map((term) => `“${term}”`))} move up.`,
  },
} as const;
