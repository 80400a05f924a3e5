import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { parseRelayUrl } from '../domain/smtp/relay-url.ts';
import { normaliseAddress } from '../domain/subscribers/email-address.ts';
import type { TimeOfDay } from '../domain/time/schedule.ts';

// Each parser returns the value of a setting's text, or throws an Error that says what was
// expected.

function throwExpected(expectation: string): never {
  throw new Error(expectation);
}

/** Any text. (An empty one never gets here: it counts as not set.) */
export function parseText(text: string): string {
  return text;
}

/** A text for a header and a page title: one line. */
export function parseHeaderText(text: string): string {
  return /^[^\p{Cc}]{1,80}$/u.test(text)
    ? text
    : throwExpected('one line of at most 80 characters');
}

/** A whole number from `min` to `max`. */
export function createIntegerParser(min: number, max: number) {
  return (text: string): number => {
    const value = Number(text);
    const isInRange = /^\d+$/.test(text) && value >= min && value <= max;
    return isInRange ? value : throwExpected(`a whole number from ${min} to ${max}`);
  };
}

/** One of `values`, in the same case. */
export function createChoiceParser<Value extends string>(values: readonly Value[]) {
  return (text: string): Value =>
    values.find((value) => value === text) ?? throwExpected(`one of ${values.join(', ')}`);
}

/** A URL with one of `protocols`, given without their colon. */
export function createUrlParser(...protocols: string[]) {
  const prefixes = protocols.map((protocol) => `${protocol}://`).join(' or ');
  return (text: string): string => {
    const hasProtocol = protocols.some((protocol) =>
      text.toLowerCase().startsWith(`${protocol}://`),
    );
    return hasProtocol && URL.canParse(text)
      ? text
      : throwExpected(`a URL that begins with ${prefixes}`);
  };
}

/** URLs of relays, the preferred one first. */
export function parseSmtpUrls(text: string): string[] {
  const urls = text.split(',').map((entry) => entry.trim());
  for (const url of urls) parseRelayUrl(url);
  return urls;
}

/** A URL to which paths are appended, without its trailing slash. */
export function parseBaseUrl(text: string): string {
  const url = new URL(createUrlParser('http', 'https')(text));
  if (/[?#]/.test(text) || url.username || url.password)
    throwExpected('a URL without query, fragment or user');
  return text.replace(/\/+$/, '');
}

/** `Name <address>` or a bare address. */
export function parseMailbox(text: string): { name: string; address: string } {
  const match = /^\s*(?:"?([^"<>]*?)"?\s*<([^<>]+)>|([^<>\s]+))\s*$/.exec(text);
  const address = match?.[2] ?? match?.[3] ?? '';
  const name = parseHeaderText(match?.[1]?.trim() || 'Paperboy');
  if (/^[\w.+-]+@localhost$/.test(address)) return { name, address };
  try {
    return { name, address: normaliseAddress(address).email };
  } catch {
    return throwExpected('an address such as Paperboy <papers@example.org>');
  }
}

/** Addresses separated by commas. */
export function parseMailboxList(text: string): string[] {
  return text.split(',').map((entry) => parseMailbox(entry).address);
}

/** A List-Id: at least two labels (RFC 2919 §2). */
export function parseListId(text: string): string {
  const isList = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$/.test(text);
  return isList
    ? text
    : throwExpected('labels separated by dots such as papers.example.org (RFC 2919 §2)');
}

/** A domain name, in lower case and A-labels. */
export function parseDomainName(text: string): string {
  const domain = domainToASCII(text).toLowerCase();
  return HOST_LABELS.test(domain) && !isIPv4(domain)
    ? domain
    : throwExpected('a domain such as example.org');
}

/** A DKIM selector (RFC 6376 §3.1). */
export function parseDkimSelector(text: string): string {
  return HOST_LABELS.test(text)
    ? text
    : throwExpected('letters, digits and hyphens such as paperboy2026 (RFC 6376 §3.1)');
}

/** Labels of a host name, separated by dots (RFC 1035 §2.3.1). */
const HOST_LABELS = /^(?!.{254})(?:(?:^|\.)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$/;

/** A secret too long to be guessed. */
export function parseSecretKey(text: string): string {
  return text.length >= 32
    ? text
    : throwExpected('at least 32 characters, such as from “openssl rand -hex 32”');
}

/** A token for the HTTP header Authorization, so of visible ASCII (RFC 6750 §2.1). */
export function parseBearerToken(text: string): string {
  return isBearerToken(text)
    ? text
    : throwExpected('32 to 1,000 visible ASCII characters, such as from “openssl rand -hex 32”');
}

/** Whether a text fits into the header unchanged and is too long to be guessed. */
export function isBearerToken(text: string): boolean {
  return /^[\x21-\x7e]{32,1000}$/.test(text);
}

/** Keys separated by commas, the one that signs first. */
export function parseSecretKeys(text: string): string[] {
  return text.split(',').map((entry) => parseSecretKey(entry.trim()));
}

/** A time of day in UTC, `5:30` or `05:30 UTC`. */
export function parseTimeOfDay(text: string): TimeOfDay {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)(?:\s*UTC)?$/.exec(text);
  if (!match) return throwExpected('a time in UTC such as 05:30');
  return { hour: Number(match[1]), minute: Number(match[2]) };
}

/** A value for Fastify's `trustProxy`: true, false, a number of hops, or addresses. */
export function parseTrustProxy(text: string): boolean | string | number {
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^\d+$/.test(text)) return Number(text);
  const isAddressList = text.split(',').every((entry) => isProxyRange(entry.trim()));
  return isAddressList
    ? text
    : throwExpected('true, false, a number of proxies, or their addresses');
}

/** An address, a network such as `10.0.0.0/8`, or one of Fastify's names for networks. */
function isProxyRange(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', prefixBits = '1', ...rest] = text.split('/');
  const maxPrefixBits = isIPv4(address) ? 32 : isIPv6(address) ? 128 : 0;
  return (
    rest.length === 0 && /^[1-9]\d{0,2}$/.test(prefixBits) && Number(prefixBits) <= maxPrefixBits
  );
}
