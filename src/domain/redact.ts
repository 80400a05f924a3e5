/**
 * `text` with `…` in the place of each address, such as `<ada@example.org>` or `ada%40example.org`:
 * what servers answer is kept longer than readers are.
 */
export function redactAddresses(text: string): string {
  if (!text.includes('@') && !text.includes('%40')) return text;
  return text.replace(IN_BRACKETS, '<…>').replace(QUOTED, '…').replace(BARE, '…');
}

/** Whatever stands in angle brackets is an address, a source route or an id like one. */
const IN_BRACKETS = /<[^<>]{0,320}?(?:@|%40)[^<>]{0,320}>/gi;
const DOMAIN = String.raw`(?:\[[^\]\s]{1,64}\]|[\p{L}\p{N}](?:[\p{L}\p{N}._-]{0,252}[\p{L}\p{N}])?)`;
const QUOTED = new RegExp(`"[^"<>\\r\\n]{1,128}"@${DOMAIN}`, 'gu');
/** Bounds keep the search short in a long text without an address. */
const BARE = new RegExp(
  String.raw`[^\s<>"'()[\],;:/?&@][^\s<>"()[\],;:/?&@]{0,255}?(?:@|%40)${DOMAIN}`,
  'giu',
);
