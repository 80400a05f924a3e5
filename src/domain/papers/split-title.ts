interface SplitTitle {
  name: string;
  deck: string | null;
}

/**
 * Splits a title at its first `: ` or ` -- ` into a headline and a deck. A title without a
 * separator, or with one at its start or end, stays whole.
 */
export function splitTitle(title: string): SplitTitle {
  const whole = title.trim();
  if (STARTS_OR_ENDS_WITH_SEPARATOR.test(whole)) return { name: whole, deck: null };
  const [separator] = SEPARATOR.exec(whole) ?? [];
  if (separator === undefined) return { name: whole, deck: null };
  const at = whole.indexOf(separator);
  return {
    name: whole.slice(0, at).trim(),
    deck: whole.slice(at + separator.length).trim(),
  };
}

const SEPARATOR = /: | -- /;
const STARTS_OR_ENDS_WITH_SEPARATOR = /^(?::|--)(?: |$)|(?::| --)$/;
