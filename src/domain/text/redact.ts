/**
 * `text` with `…` in the place of each address, such as `<ada@example.org>` or `ada%40example.org`:
 * what servers answer is kept longer than readers are.
 */
export function redactAddresses(text: string): string {
  if (!text.includes('@') && !text.includes('%40')) return text;
  return text
    .replace(BRACKETED_ADDRESS, '<…>')
    .replace(QUOTED_ADDRESS, '…')
    .replace(BARE_ADDRESS, '…');
}

/**
 * `text` without what must never be kept in a log: addresses of readers, tokens of links, and what lets
 * somebody in (user and password of a URL, an `Authorization`). What is left tells what happened, not to whom.
 */
export function redactSecrets(text: string): string {
  if (!MAY_HOLD_SECRET.test(text)) return text;
  return redactAddresses(
    text
      .replace(URL_USERINFO, '$1')
      .replace(CREDENTIALS, '$1 …')
      .replace(TOKEN_LINK, '$1…')
      .replace(EMBEDDED_TOKEN, '…')
      .replace(ENCODED_AT, '@'),
  );
}

/** Most lines hold nothing of the kind, and are written as they are. */
const MAY_HOLD_SECRET = /[@＠]|%(?:25)*40|&#(?:64|x40);|:\/\/|bearer|basic|[/=][\w-]{22}/i;
/** The ways in which an `@` is written where it must not stand as it is. */
const ENCODED_AT = /＠|%(?:25)+40|&#(?:64|x40);/gi;
const URL_USERINFO = /([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"'<>]{1,500}@/gi;
const CREDENTIALS = /\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi;
/** Everything that a token opens (http/app.ts), whatever stands in its place. */
const TOKEN_LINK =
  /(\/(?:confirm|preferences|unsubscribe|view|export|erase|feedback|read|feeds|learned|saved)\/)[^\s/?#"'<>]+/gi;
/** 22 letters of the base64url alphabet (domain/tokens.ts). */
const EMBEDDED_TOKEN = /(?<=[/=])[\w-]{22}(?![\w-])(?!\.\w)/g;

/** Whatever stands in angle brackets is an address, a source route or an id like one. */
const BRACKETED_ADDRESS = /<[^<>]{0,320}?(?:@|%40)[^<>]{0,320}>/gi;
const DOMAIN = String.raw`(?:\[[^\]\s]{1,64}\]|[\p{L}\p{N}](?:[\p{L}\p{N}._-]{0,252}[\p{L}\p{N}])?)`;
const QUOTED_ADDRESS = new RegExp(`"[^"<>\\r\\n]{1,128}"@${DOMAIN}`, 'gu');
/** Bounds keep the search short in a long text without an address. */
const BARE_ADDRESS = new RegExp(
  String.raw`[^\s<>"'()[\],;:/?&@][^\s<>"()[\],;:/?&@]{0,255}?(?:@|%40)${DOMAIN}`,
  'giu',
);
