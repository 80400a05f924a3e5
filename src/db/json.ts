import { toStorableText } from './storable.ts';

/** `value` as JSON that PostgreSQL can store (see `toStorableText`). */
export function toJson(value: unknown): string {
  if (typeof value === 'string' && PLAIN.test(value)) return `"${value}"`;
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'string' ? toStorableText(each) : each,
  );
}

/** Text that JSON needs not escape and that has no surrogates. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e\xa0-\ud7ff\ue000-\ufffd]*$/;
