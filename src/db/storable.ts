/** `text` as Postgres takes it: it stores neither NUL nor half a surrogate pair, which may stand in what
 *  relays and files say; each becomes the replacement character. */
export function toStorableText(text: string): string {
  return PLAIN.test(text) ? text : text.replace(/[\0\p{Cs}]/gu, '\ufffd');
}

/** Most texts by far, told without looking for what is rare. */
const PLAIN = /^[\x20-\x7e]*$/;
