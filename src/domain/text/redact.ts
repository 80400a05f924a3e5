/**
 * Replaces each e-mail address, such as `<ada@example.org>` or `ada%40example.org`, with `…`: the
 * replies of servers are kept longer than subscribers' data.
 */
export function redactAddresses(text: string): string {
  if (!text.includes('@') && !text.includes('%40')) return text;
  return text
    .replace(BRACKETED_ADDRESS, '<…>')
    .replace(QUOTED_ADDRESS, '…')
    .replace(BARE_ADDRESS, '…');
}

/**
 * Removes what must never be in a log: e-mail addresses, tokens of links, and credentials (user and
 * password of a URL, an `Authorization` header).
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

/** Most lines contain none of these and are written unchanged. */
const MAY_HOLD_SECRET = /[@＠]|%(?:25)*40|&#(?:64|x40);|:\/\/|bearer|basic|[/=][\w-]{22}/i;
/** Encodings of `@`. */
const ENCODED_AT = /＠|%(?:25)+40|&#(?:64|x40);/gi;
const URL_USERINFO = /([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"'<>]{1,500}@/gi;
const CREDENTIALS = /\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi;
/** The paths that a token opens (http/app.ts). */
const TOKEN_LINK =
  /(\/(?:confirm|preferences|unsubscribe|view|export|erase|feedback|read|feeds|learned|saved)\/)[^\s/?#"'<>]+/gi;
/** 22 characters of base64url (domain/links/tokens.ts). */
const EMBEDDED_TOKEN = /(?<=[/=])[\w-]{22}(?![\w-])(?!\.\w)/g;

/** Text in angle brackets is an address, a source route or a message id. */
const BRACKETED_ADDRESS = /<[^<>]{0,320}?(?:@|%40)[^<>]{0,320}>/gi;
const DOMAIN = String.raw`(?:\[[^\]\s]{1,64}\]|[\p{L}\p{N}](?:[\p{L}\p{N}._-]{0,252}[\p{L}\p{N}])?)`;
const QUOTED_ADDRESS = new RegExp(`"[^"<>\\r\\n]{1,128}"@${DOMAIN}`, 'gu');
/** The bounds keep the search fast in a long text without an address. */
const BARE_ADDRESS = new RegExp(
  String.raw`[^\s<>"'()[\],;:/?&@][^\s<>"()[\],;:/?&@]{0,255}?(?:@|%40)${DOMAIN}`,
  'giu',
);
