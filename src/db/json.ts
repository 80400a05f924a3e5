/** `value` as JSON that Postgres takes: it stores neither NUL nor half a surrogate pair, which may
 *  stand in what relays and files say; they become the replacement character. */
export function toJson(value: unknown): string {
  if (typeof value === 'string' && PLAIN.test(value)) return `"${value}"`;
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'string' ? each.replace(/[\0\p{Cs}]/gu, '\ufffd') : each,
  );
}

/** Text that stands in JSON as it is. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
