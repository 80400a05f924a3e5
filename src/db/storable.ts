/**
 * `text` with NUL and lone surrogates replaced by U+FFFD. PostgreSQL cannot store them, and replies
 * of relays and imported files may contain them.
 */
export function toStorableText(text: string): string {
  return PLAIN.test(text) ? text : text.replace(/[\0\p{Cs}]/gu, '\ufffd');
}

/** Matches most texts, faster than the search for the rare characters. */
const PLAIN = /^[\x20-\x7e]*$/;
