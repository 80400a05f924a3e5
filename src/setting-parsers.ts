import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { normaliseAddress } from './domain/address.ts';
import { readRelayUrl } from './domain/relay-url.ts';
import type { TimeOfDay } from './domain/schedule.ts';

// Each gives the value of a setting's text, or throws an Error that says what was expected.

function expected(what: string): never {
  throw new Error(what);
}

/** Any text; an empty one counts as not set. */
export function nonEmpty(text: string): string {
  return text;
}

/** What fits into a header and a page's title: one line. */
export function headerText(text: string): string {
  return /^[^\p{Cc}]{1,80}$/u.test(text) ? text : expected('one line of at most 80 characters');
}

/** A whole number, both ends included. */
export function integerFrom(min: number, max: number) {
  return (text: string): number => {
    const value = Number(text);
    const isIn = /^\d+$/.test(text) && value >= min && value <= max;
    return isIn ? value : expected(`a whole number from ${min} to ${max}`);
  };
}

/** One of `values`, spelt like it. */
export function oneOf<Value extends string>(values: readonly Value[]) {
  return (text: string): Value =>
    values.find((value) => value === text) ?? expected(`one of ${values.join(', ')}`);
}

/** A URL with one of `protocols`, which are without a colon. */
export function urlOf(...protocols: string[]) {
  const names = protocols.map((protocol) => `${protocol}://`).join(' or ');
  return (text: string): string => {
    const fits = protocols.some((protocol) => text.toLowerCase().startsWith(`${protocol}://`));
    return fits && URL.canParse(text) ? text : expected(`a URL that begins with ${names}`);
  };
}

/** Relays in the order in which they are tried. */
export function smtpUrlList(text: string): string[] {
  const urls = text.split(',').map((part) => part.trim());
  for (const url of urls) readRelayUrl(url);
  return urls;
}

/** A URL to which paths are added: without a slash at its end. */
export function webUrl(text: string): string {
  const url = new URL(urlOf('http', 'https')(text));
  if (/[?#]/.test(text) || url.username || url.password)
    expected('a URL without query, fragment or user');
  return text.replace(/\/+$/, '');
}

/** `Name <address>` or a bare address. */
export function mailbox(text: string): { name: string; address: string } {
  const match = /^\s*(?:"?([^"<>]*?)"?\s*<([^<>]+)>|([^<>\s]+))\s*$/.exec(text);
  const address = match?.[2] ?? match?.[3] ?? '';
  const name = headerText(match?.[1]?.trim() || 'Paperboy');
  if (/^[\w.+-]+@localhost$/.test(address)) return { name, address };
  try {
    return { name, address: normaliseAddress(address).email };
  } catch {
    return expected('an address such as Paperboy <papers@example.org>');
  }
}

/** A list's id: at least two words (RFC 2919 §2). */
export function dotAtom(text: string): string {
  const isList = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$/.test(text);
  return isList ? text : expected('dot-separated words such as papers.example.org (RFC 2919 §2)');
}

/** In lower case and A-labels. */
export function domainName(text: string): string {
  const domain = domainToASCII(text).toLowerCase();
  return LABELS.test(domain) && !isIPv4(domain) ? domain : expected('a domain such as example.org');
}

/** A DKIM selector (RFC 6376 §3.1). */
export function selector(text: string): string {
  return LABELS.test(text)
    ? text
    : expected('letters, digits and hyphens such as paperboy2026 (RFC 6376 §3.1)');
}

/** Labels of a host name, parted by dots (RFC 1035 §2.3.1). */
const LABELS = /^(?!.{254})(?:(?:^|\.)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$/;

/** A secret that is long enough not to be guessed. */
export function key(text: string): string {
  return text.length >= 32
    ? text
    : expected('at least 32 characters, such as from “openssl rand -hex 32”');
}

/** A key that is shown in an HTTP header, and so is visible ASCII (RFC 6750 §2.1). */
export function bearerToken(text: string): string {
  return isBearerToken(text)
    ? text
    : expected('32 to 1,000 visible ASCII characters, such as from “openssl rand -hex 32”');
}

/** Whether a header carries it as it is, and nobody guesses it. */
export function isBearerToken(text: string): boolean {
  return /^[\x21-\x7e]{32,1000}$/.test(text);
}

/** Keys that commas part, the one in use first. */
export function keyList(text: string): string[] {
  return text.split(',').map((part) => key(part.trim()));
}

/** A time of day in UTC, `5:30` or `05:30 UTC`. */
export function timeOfDay(text: string): TimeOfDay {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)(?:\s*UTC)?$/.exec(text);
  if (!match) return expected('a time in UTC such as 05:30');
  return { hour: Number(match[1]), minute: Number(match[2]) };
}

/** What Fastify takes as `trustProxy`: true, false, a number of hops, or addresses. */
export function trust(text: string): boolean | string | number {
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^\d+$/.test(text)) return Number(text);
  const isAddressList = text.split(',').every((part) => isProxy(part.trim()));
  return isAddressList ? text : expected('true, false, a number of proxies, or their addresses');
}

/** An address, a network such as `10.0.0.0/8`, or one of Fastify's names for networks. */
function isProxy(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', bits = '1', ...rest] = text.split('/');
  const most = isIPv4(address) ? 32 : isIPv6(address) ? 128 : 0;
  return rest.length === 0 && /^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= most;
}
