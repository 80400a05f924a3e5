export interface SplitTitle {
  name: string;
  deck: string | null;
}

/**
 * A title split at its first `: ` or ` -- ` into the bold name and the rest; no deck when there is
 * nothing to split. A title that starts or ends with a separator stays whole (LOOK: headline and deck).
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
