import { toStorableText } from './storable.ts';

/** `value` as JSON that Postgres takes, see `storable`. */
export function toJson(value: unknown): string {
  if (typeof value === 'string' && PLAIN.test(value)) return `"${value}"`;
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'string' ? toStorableText(each) : each,
  );
}

/** Text that stands in JSON as it is: nothing to escape, no surrogate. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e\xa0-\ud7ff\ue000-\ufffd]*$/;
