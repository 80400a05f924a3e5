/** `value` as JSON that Postgres takes: it stores neither NUL nor half a surrogate pair, which may
 *  stand in what relays and files say; they become the replacement character. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'string' ? each.replace(/[\0\p{Cs}]/gu, '\ufffd') : each,
  );
}
