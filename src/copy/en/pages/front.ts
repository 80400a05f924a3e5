import { formatQuantity } from '../format.ts';

/** The front page. */
export const FRONT_COPY = {
  tagline: 'The papers that fit your morning',
  number: (number: number) => `, No. ${number}`,
  description: (day: string) =>
    `The research papers of ${day}, and one short email a morning with those that matter to you.`,
  mostDiscussed: 'the most discussed of the day',
  noPapersYet: {
    title: 'No papers yet',
    text: 'They appear here as soon as the sources have been read.',
  },
  quietDay: {
    title: 'A quiet day',
    text: 'No papers were listed today. Earlier days are above, and every digest is in the',
    archive: 'archive',
  },
  morePapers: (day: string) => `More papers of ${day}`,
  otherPapers: (count: number, day: string) =>
    `The other ${formatQuantity(count, 'paper')} of ${day}`,
} as const;
