/**
 * Phrases that reasons repeat. Each is stored as `~` and the character at its index in `CODE_CHARS`, so the
 * list may only grow at its end. It need not hold every phrase: others are stored in full.
 */
const PHRASES = [
  ', which you follow',
  ', whom you follow',
  ', one of your words',
  ', two of your words',
  ', three of your words',
  ', one of your names',
  ', and its code is out.',
  ', and readers have noticed it.',
  ', and it gives a number: ',
  ', and among the most discussed papers ',
  'It says “',
  'You asked for “',
  '” and “',
  '”, “',
  '”',
  'Because you follow ',
  'The most discussed of ',
  ' papers on ',
  'Where ',
  ', meets ',
  'Nobody has said a word about it yet. ',
  'Few have noticed it yet. ',
  'It is close to ',
  ' as well as ',
  'The most discussed paper today',
  'The most discussed paper this week',
  ', and it is ',
  ', and it says “',
  ', and you liked papers on “',
  'You liked papers on “',
  'Close to papers that you liked: “',
  'From the papers ',
  'today.',
  'this week.',
];

const CODE_CHARS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

const ESCAPE_CHAR = '~';

const codes = new Map([
  [ESCAPE_CHAR, ESCAPE_CHAR + ESCAPE_CHAR],
  ...PHRASES.map((phrase, at): [string, string] => [phrase, ESCAPE_CHAR + CODE_CHARS.charAt(at)]),
]);

/** The longest first, so that a phrase is matched before a shorter one that it starts with. */
const ANY_PHRASE = new RegExp(
  [...codes.keys()]
    .sort((one, other) => other.length - one.length)
    .map((phrase) => phrase.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('|'),
  'g',
);

/** Abbreviates a reason to be stored, from about 60 characters to 25. */
export function abbreviateReason(reason: string): string {
  return reason.replace(ANY_PHRASE, (phrase) => codes.get(phrase) ?? phrase);
}

/** Expands an abbreviated reason. A code that this version does not have is left unchanged. */
export function expandReason(stored: string): string {
  return stored.replace(/~(.)/gsu, (code, codeChar: string) =>
    codeChar === ESCAPE_CHAR ? ESCAPE_CHAR : (PHRASES[CODE_CHARS.indexOf(codeChar)] ?? code),
  );
}
