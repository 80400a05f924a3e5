import { splitTitle } from './split-title.ts';

/**
 * The beginning of a title in its own words, at most `maxLength` characters: the whole title if it
 * fits, else up to the last preposition or punctuation that leaves enough, so that what remains
 * still means something. Never ends in `…` or in a word such as `of`.
 */
export function shortenTitle(title: string, maxLength: number): string {
  const whole = joinTitle(title);
  if (whole.length <= maxLength) return whole;
  const ends = listWordEnds(whole).filter((end) => end <= maxLength);
  const longest = ends.at(-1);
  if (longest === undefined) return whole.slice(0, maxLength).replace(LONE_SURROGATE, '');
  const atPhrase = ends.findLast(
    (end) => end >= maxLength * MIN_SHARE && PHRASE_START.test(whole.slice(end)),
  );
  return atPhrase === undefined
    ? dropDanglingWords(whole.slice(0, longest))
    : whole.slice(0, atPhrase).replace(TRAILING_PUNCTUATION, '');
}

/** ` -- ` separates name and deck like a colon. */
function joinTitle(title: string): string {
  const { name, deck } = splitTitle(title);
  return deck === null ? name : `${name}: ${deck}`;
}

function listWordEnds(text: string): number[] {
  return [...text.matchAll(/\s/gu)].map(({ index }) => index);
}

/** A cut leaves words that only make sense with the next one. */
function dropDanglingWords(text: string): string {
  let kept = text;
  for (;;) {
    const next = kept.replace(DANGLING, '');
    if (next === kept || next.split(' ').length < MIN_WORDS)
      return kept.replace(TRAILING_PUNCTUATION, '');
    kept = next;
  }
}

/** Share of the length that a phrase must fill. */
const MIN_SHARE = 0.5;
const MIN_WORDS = 2;

/** Words that begin a phrase. */
const LINKS =
  'across|against|and|are|as|at|before|between|beyond|by|can|do|does|during|for|from|how|in|into|is|of|on|or|over|than|that|through|to|toward|towards|under|using|versus|via|vs|when|where|while|with|within|without';
const DETERMINERS = 'a|an|its|our|the|their';

/** What follows the end of a phrase. */
const PHRASE_START = new RegExp(`^\\s(?:${LINKS})\\b`, 'iu');
/** The last word if it needs the next one. */
const DANGLING = new RegExp(
  `[\\s,:;–—-]+(?:${LINKS}|${DETERMINERS}|[\\p{L}-]+ing)[\\s,:;–—-]*$`,
  'iu',
);
const TRAILING_PUNCTUATION = /[\s,:;–—-]+$/u;
const LONE_SURROGATE = /\p{Cs}/gu;
