/** The parts of a structured abstract, as medicine and biology label them. */
export type AbstractSection = 'none' | 'label' | 'background' | 'aim' | 'method' | 'result' | 'end';

/** What a section says of its sentences: how likely they are the contribution, or a result. */
export const ABSTRACT_SECTIONS = {
  none: { contribution: 0, result: 0 },
  label: { contribution: -20, result: -20 },
  background: { contribution: -1.5, result: -4 },
  aim: { contribution: 4.5, result: -3 },
  method: { contribution: 0.5, result: -3 },
  result: { contribution: -1.5, result: 2.5 },
  end: { contribution: -0.5, result: 1.5 },
} as const satisfies Record<AbstractSection, { contribution: number; result: number }>;

/**
 * The section of each sentence: `Methods: We …`, `METHODS We …` and `Methods.` alone begin one that
 * lasts until the next. Abstracts without at least two labels have none: a single word such as
 * “Background subtraction” may begin a sentence.
 */
export function findSections(sentences: readonly string[]): AbstractSection[] {
  const labels = sentences.map(readLabel);
  const isStructured = labels.filter((label) => label !== null).length >= MIN_LABELS;
  let current: AbstractSection = 'none';
  return labels.map((label) => {
    if (!isStructured || label === null) return current;
    current = label.section;
    return label.isAlone ? 'label' : current;
  });
}

function readLabel(sentence: string): { section: AbstractSection; isAlone: boolean } | null {
  const match = LABELS.map((label) => label.exec(sentence)).find((found) => found !== null);
  const [whole = '', word = ''] = match ?? [];
  const section = SECTION_WORDS.find(({ words }) => words.test(word))?.section;
  return section === undefined ? null : { section, isAlone: whole.length === sentence.length };
}

const MIN_LABELS = 2;

/** `Study design and setting: …`, `Methods.`, and, as some sources lose what stood between,
 *  `Methods We …` and `MethodsWe …`. */
const LABELS: readonly RegExp[] = [
  /^\W{0,2}([A-Z][A-Za-z]+(?:[ /&]+[A-Za-z]+){0,4})\s?[:–—](?:\s|$)/,
  /^\W{0,2}([A-Z][A-Za-z]+(?: and [A-Za-z]+)?)\.?$/,
  /^([A-Z][A-Za-z]+)(?:(?=[A-Z][a-z])|\s(?=[A-Z]))/,
];

const SECTION_WORDS: readonly { words: RegExp; section: AbstractSection }[] = [
  {
    words: /^(?:background|introduction|context|importance|rationale|motivation|problem)s?\b/i,
    section: 'background',
  },
  {
    words: /^(?:objective|aim|purpose|goal|hypothes[ie]s|question|research question)s?\b/i,
    section: 'aim',
  },
  {
    words:
      /^(?:method|methodology|material|design|study design|setting|participant|patient|intervention|approach|data source|main outcome|procedure)s?\b/i,
    section: 'method',
  },
  { words: /^(?:main )?(?:result|finding|observation|outcome)s?\b/i, section: 'result' },
  {
    words:
      /^(?:conclusion|interpretation|significance|discussion|implication|summary|impact|main conclusion)s?\b/i,
    section: 'end',
  },
];
